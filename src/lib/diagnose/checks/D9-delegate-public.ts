import { type Check, passes, skips } from '../check.ts';
import { allAddressesOf, noWayTo, saysNoServer } from '../facts/addresses.ts';
import { delegationOf, endpointOf } from '../facts/delegation.ts';
import { NameError } from '../probe/probe.ts';

export const delegatePublic: Check = {
  id: 'D9',
  group: 'discovery',
  title: 'The name leads to addresses that everybody reaches',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D4'],
  why: 'A container name or a private address in `m.server` works inside one network and nowhere else. Set-ups that are private on purpose are looked at with `--allow-private`.',
  async run(context) {
    try {
      const delegation = await delegationOf(context);
      const { addresses, refused, by } = delegation;
      if (saysNoServer(delegation.host))
        return {
          status: 'fail',
          detail: 'its SRV record says that there is no server',
          cure: { text: 'Name the host of the homeserver in the SRV record, or take the record out of the DNS.' },
        };
      const shown = (list: readonly { readonly address: string }[]): string =>
        list.map(({ address }) => address).join(', ');
      if (addresses.length === 0 && refused.length === 0)
        return skips(noWayTo(delegation.host, await allAddressesOf(context, delegation.host)));
      if (refused.length === 0) return passes(`${endpointOf(delegation)} at ${shown(addresses)} (by ${by})`);
      return {
        status: addresses.length === 0 ? 'fail' : 'warn',
        detail: `${endpointOf(delegation)} is at ${shown(refused)}, which others do not reach`,
        affects: ['other servers can not connect'],
        cure: { text: 'Name a public host in m.server; for a closed network look again with --allow-private.' },
      };
    } catch (error) {
      if (!(error instanceof NameError)) throw error;
      return {
        status: 'fail',
        detail: error.message,
        cure: { text: 'Name a host in m.server, or in the SRV record, that is in the DNS.' },
      };
    }
  },
};
