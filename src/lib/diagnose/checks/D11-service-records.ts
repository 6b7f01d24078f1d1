import { type Check, type Verdict, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { servicesOf } from '../facts/delegation.ts';
import { namePartsOf } from '../facts/name-parts.ts';

export const serviceRecords: Check = {
  id: 'D11',
  group: 'discovery',
  title: 'SRV records are of the present kind and name real hosts',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D3'],
  why: '`_matrix._tcp` is the deprecated name of `_matrix-fed._tcp`. The target of an SRV record must not be an alias (RFC 2782): some resolvers give nothing for it.',
  async run(context) {
    const { host, isLiteral, port } = namePartsOf(subjectOf(context).name);
    if (isLiteral || port !== undefined) return skips('they are not looked at for such a name');
    const { current, deprecated } = await servicesOf(context, host);
    const records = [...current, ...deprecated];
    if (records.length === 0) return skips('there are none');
    const aliases = await Promise.all(
      records.map(async ({ name }): Promise<Verdict | undefined> => {
        const alias = await context.probe.aliasOf(name);
        if (alias === undefined) return undefined;
        const detail = `the SRV record names ${name}, which is an alias of ${alias}`;
        return { status: 'fail', detail, cure: { text: `Name ${alias} in the record.` } };
      }),
    );
    const bad = aliases.find((verdict) => verdict !== undefined);
    if (bad !== undefined) return bad;
    if (current.length > 0)
      return passes(`_matrix-fed._tcp.${host} names ${current.map(({ name }) => name).join(', ')}`);
    return {
      status: 'warn',
      detail: `there is only the deprecated _matrix._tcp.${host}`,
      cure: {
        text: 'Add the record under its present name, or serve a .well-known document:',
        commands: [`dig _matrix-fed._tcp.${host} SRV`],
      },
    };
  },
};
