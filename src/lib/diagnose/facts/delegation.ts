import { type CheckContext, subjectOf } from '../context.ts';
import type { Address, ServiceRecord } from '../probe/probe.ts';
import { addressesOf, mayFollow } from './addresses.ts';
import { bracketed, namePartsOf } from './name-parts.ts';
import { wellKnownOf } from './well-known.ts';

const FEDERATION_PORT = 8448;

/** Where other servers reach a server name, and what they want to see there. */
export interface Delegation {
  /** Which step of the specification decided. */
  readonly by: 'literal' | 'port' | 'well-known' | 'well-known and SRV' | 'SRV' | 'default port';
  readonly host: string;
  readonly port: number;
  /** Whom the certificate must name. */
  readonly certifiedHost: string;
  readonly hostHeader: string;
  readonly addresses: readonly Address[];
  /** Addresses that may not be followed: names of somebody else's document lead to them. */
  readonly refused: readonly Address[];
}

/** SRV records of a host: the present kind, and the one that it replaced. */
export function servicesOf(
  { once, probe }: Pick<CheckContext, 'once' | 'probe'>,
  host: string,
): Promise<{ readonly current: readonly ServiceRecord[]; readonly deprecated: readonly ServiceRecord[] }> {
  return once(`services:${host}`, async () => {
    const [current, deprecated] = await Promise.all([
      probe.services(`_matrix-fed._tcp.${host}`),
      probe.services(`_matrix._tcp.${host}`),
    ]);
    return { current, deprecated };
  });
}

/** https://spec.matrix.org/v1.17/server-server-api/#resolving-server-names. @throws NameError */
export function delegationOf(context: CheckContext): Promise<Delegation> {
  const { name } = subjectOf(context);
  return context.once(`delegation:${name}`, async () => {
    const own = namePartsOf(name);
    if (own.isLiteral || own.port !== undefined) {
      const by = own.isLiteral ? 'literal' : 'port';
      return await at(context, { by, host: own.host, port: own.port, certifiedHost: own.host, hostHeader: name }, true);
    }
    const delegate = (await wellKnownOf(context)).find(({ outcome }) => outcome === 'found')?.delegate;
    if (delegate !== undefined) {
      const to = namePartsOf(delegate);
      const wanted = { certifiedHost: to.host, hostHeader: delegate };
      if (to.isLiteral || to.port !== undefined)
        return await at(context, { by: 'well-known', host: to.host, port: to.port, ...wanted }, false);
      const service = await serviceOf(context, to.host);
      if (service !== undefined)
        return await at(
          context,
          { by: 'well-known and SRV', host: service.name, port: service.port, ...wanted },
          false,
        );
      return await at(context, { by: 'well-known', host: to.host, port: undefined, ...wanted }, false);
    }
    const service = await serviceOf(context, own.host);
    const wanted = { certifiedHost: own.host, hostHeader: name };
    if (service === undefined)
      return await at(context, { by: 'default port', host: own.host, port: undefined, ...wanted }, true);
    return await at(context, { by: 'SRV', host: service.name, port: service.port, ...wanted }, false);
  });
}

async function serviceOf(context: CheckContext, host: string): Promise<ServiceRecord | undefined> {
  const { current, deprecated } = await servicesOf(context, host);
  const records = current.length > 0 ? current : deprecated;
  return [...records].toSorted((one, other) => one.priority - other.priority || other.weight - one.weight)[0];
}

type Wanted = Omit<Delegation, 'port' | 'addresses' | 'refused'> & { readonly port: number | undefined };

/** @param isOwn the name itself: it is followed wherever it leads */
async function at(context: CheckContext, wanted: Wanted, isOwn: boolean): Promise<Delegation> {
  const found = await addressesOf(context, wanted.host);
  const addresses = found.filter((address) => isOwn || mayFollow(context, address));
  const refused = found.filter((address) => !addresses.includes(address));
  return { ...wanted, port: wanted.port ?? FEDERATION_PORT, addresses, refused };
}

/** `https://host:port` as it stands in messages. */
export const endpointOf = ({ host, port }: Delegation): string => `https://${bracketed(host)}:${port}`;
