import type { CheckContext } from '../context.ts';
import type { Address } from '../probe/probe.ts';
import { isPublicAddress } from '../probe/public-address.ts';
import { namePartsOf } from './name-parts.ts';

/** Where a host is; an IP literal is where it says. @throws NameError */
export function addressesOf(
  { once, probe }: Pick<CheckContext, 'once' | 'probe'>,
  host: string,
): Promise<readonly Address[]> {
  return once(`addresses:${host}`, async () => {
    if (saysNoServer(host)) return [];
    const { isLiteral } = namePartsOf(host.includes(':') ? `[${host}]` : host);
    return isLiteral ? [{ address: host, family: host.includes(':') ? 6 : 4 }] : await probe.addresses(host);
  });
}

/** RFC 2782: an SRV record of this target says that there is no such service. */
export const saysNoServer = (target: string): boolean => target === '' || target === '.';

/** Whether a name out of a remote document may be followed there. */
export const mayFollow = ({ options }: Pick<CheckContext, 'options'>, { address }: Address): boolean =>
  options.allowPrivate || isPublicAddress(address);
