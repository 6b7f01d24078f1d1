import type { CheckContext } from '../context.ts';
import type { Address } from '../probe/probe.ts';
import { isPublicAddress } from '../probe/public-address.ts';
import { namePartsOf } from './name-parts.ts';

type Asking = Pick<CheckContext, 'once' | 'probe'>;

/** Where a host is, as far as this machine has a way there; empty where it has none. @throws NameError */
export function addressesOf(context: Asking, host: string): Promise<readonly Address[]> {
  const { once, probe } = context;
  return once(`ways:${host}`, async () => {
    const found = await allAddressesOf(context, host);
    const ways = await Promise.all(found.map((address) => probe.hasWay(address)));
    return found.filter((_, at) => ways[at]);
  });
}

/** Where a host is, for whoever has a way there; an IP literal is where it says. @throws NameError */
export function allAddressesOf({ once, probe }: Asking, host: string): Promise<readonly Address[]> {
  return once(`addresses:${host}`, async () => {
    if (saysNoServer(host)) return [];
    const { isLiteral } = namePartsOf(host.includes(':') ? `[${host}]` : host);
    return isLiteral ? [{ address: host, family: host.includes(':') ? 6 : 4 }] : await probe.addresses(host);
  });
}

/** Why a host can't be looked at from here. */
export const noWayTo = (host: string, addresses: readonly Address[]): string =>
  `${host} is at ${addresses.map(({ address }) => address).join(', ')}, to which this machine has no way`;

/** RFC 2782: an SRV record of this target says that there is no such service. */
export const saysNoServer = (target: string): boolean => target === '' || target === '.';

/** Whether a name out of a remote document may be followed there. */
export const mayFollow = ({ options }: Pick<CheckContext, 'options'>, { address }: Address): boolean =>
  options.allowPrivate || isPublicAddress(address);
