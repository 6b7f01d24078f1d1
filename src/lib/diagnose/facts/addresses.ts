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
    const { isLiteral } = namePartsOf(host.includes(':') ? `[${host}]` : host);
    return isLiteral ? [{ address: host, family: host.includes(':') ? 6 : 4 }] : await probe.addresses(host);
  });
}

/** Whether a name out of a remote document may be followed there. */
export const mayFollow = ({ options }: Pick<CheckContext, 'options'>, { address }: Address): boolean =>
  options.allowPrivate || isPublicAddress(address);
