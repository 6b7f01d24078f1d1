import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { addressesOf } from '../facts/addresses.ts';
import { delegationOf } from '../facts/delegation.ts';
import { namePartsOf } from '../facts/name-parts.ts';
import { NameError } from '../probe/probe.ts';

/** RFC 2606: nobody can have such a name in the DNS. */
const RESERVED = /(?:^|\.)(?:test|example|invalid|localhost)$/i;

export const nameAddresses: Check = {
  id: 'D3',
  group: 'discovery',
  title: 'The server name leads to an address',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D1'],
  why: 'Other servers look the name up before anything else. "Nobody has it" and "no name server answers" are different troubles with different cures, and are told apart.',
  async run(context) {
    const { host } = namePartsOf(subjectOf(context).name);
    try {
      const own = await addressesOf(context, host).catch(async (error: unknown) => {
        // A bare domain without a web server may have nothing but an SRV record.
        if (error instanceof NameError && error.reason === 'unknown' && (await isByService(context))) return undefined;
        throw error;
      });
      if (own === undefined) return passes(`${host} has an SRV record and no address of its own`);
      return passes(`${host} is at ${own.map(({ address }) => address).join(', ')}`);
    } catch (error) {
      if (!(error instanceof NameError)) throw error;
      if (RESERVED.test(host)) return skips(`${host} is a name for tests, which no other server can look up`);
      return {
        status: 'fail',
        detail: error.message,
        cure:
          error.reason === 'timeout'
            ? { text: 'The name servers do not answer; ask them by hand:', commands: [`dig ${host} A`] }
            : { text: 'Add an A or AAAA record for the name:', commands: [`dig ${host} A`, `dig ${host} AAAA`] },
      };
    }
  },
};

const isByService = (context: Parameters<typeof delegationOf>[0]): Promise<boolean> =>
  delegationOf(context).then(
    ({ by }) => by === 'SRV',
    () => false,
  );
