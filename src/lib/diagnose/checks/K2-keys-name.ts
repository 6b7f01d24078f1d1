import { type Check, type Verdict, passes } from '../check.ts';
import { subjectOf } from '../context.ts';
import { serverKeysOf } from '../facts/server-keys.ts';

export const keysName: Check = {
  id: 'K2',
  group: 'keys',
  title: 'The server goes by the name that it was found by',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['K1'],
  why: 'A `.well-known` document or an SRV record may lead to a homeserver of another name. That name is in its configuration and in every id, and can not be changed.',
  async run(context) {
    const { name } = subjectOf(context);
    const published = await serverKeysOf(context);
    return published.flatMap(({ address, document }): Verdict[] => {
      if (document === undefined) return [];
      const said = document['server_name'];
      if (said === name) return [{ ...passes(`it calls itself ${name}`), address }];
      return [
        {
          status: 'fail',
          address,
          detail: `it calls itself ${JSON.stringify(said)}, not ${name}`,
          affects: ['nobody can talk to this name'],
          cure: { text: `Lead ${name} to the homeserver whose server_name it is, or use the name that this one has.` },
        },
      ];
    });
  },
};
