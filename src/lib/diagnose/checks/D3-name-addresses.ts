import { DeadlinePassed, withDeadline } from '../../core/deadline.ts';
import { type Check, passes, skips } from '../check.ts';
import { type CheckContext, subjectOf } from '../context.ts';
import { addressesOf, allAddressesOf, noWayTo } from '../facts/addresses.ts';
import { delegationOf } from '../facts/delegation.ts';
import { namePartsOf } from '../facts/name-parts.ts';
import { type Address, NameError } from '../probe/probe.ts';

const RESERVED_MS = 1500;
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
    const isReserved = RESERVED.test(host);
    try {
      const own = await (isReserved ? soon(context, host) : allAddressesOf(context, host)).catch(
        async (error: unknown) => {
          const isUnknown = error instanceof NameError && error.reason === 'unknown';
          // A bare domain without a web server may have nothing but an SRV record.
          if (isUnknown && !isReserved && (await isByService(context))) return undefined;
          throw error;
        },
      );
      if (own === undefined) return passes(`${host} has an SRV record and no address of its own`);
      if ((await addressesOf(context, host)).length === 0) return skips(noWayTo(host, own));
      return passes(`${host} is at ${own.map(({ address }) => address).join(', ')}`);
    } catch (error) {
      if (isReserved && (error instanceof NameError || error instanceof DeadlinePassed))
        return skips(`${host} is a name for tests, which no other server can look up`);
      if (!(error instanceof NameError)) throw error;
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

/** Only this machine itself may know such a name, and it knows at once. */
const soon = (context: CheckContext, host: string): Promise<readonly Address[]> =>
  withDeadline({ clock: context.clock, ms: RESERVED_MS }, () => allAddressesOf(context, host));

const isByService = (context: Parameters<typeof delegationOf>[0]): Promise<boolean> =>
  delegationOf(context).then(
    ({ by }) => by === 'SRV',
    () => false,
  );
