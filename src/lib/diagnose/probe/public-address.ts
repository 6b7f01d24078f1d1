import { BlockList, isIP } from 'node:net';

/**
 * Networks that no name in somebody else's document may lead us to: this machine, this network, the addresses under
 * which clouds give out credentials. https://www.iana.org/assignments/iana-ipv4-special-registry and its twin for IPv6.
 */
const SPECIAL: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const special = new BlockList();
for (const [network, bits, family] of SPECIAL) {
  special.addSubnet(network, bits, family);
  if (family === 'ipv6') continue;
  // Gateways (RFC 6052) and tunnels (6to4, RFC 3056) lead on to the IPv4 address that is written inside.
  special.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
  special.addSubnet(
    `2002:${Buffer.from(network.split('.').map(Number)).toString('hex').replace(/^.{4}/, '$&:')}::`,
    16 + bits,
    'ipv6',
  );
}

/**
 * Whether an IP address is one of the public internet; what is no address is not. IPv4 inside IPv6 counts as IPv4,
 * also behind a gateway.
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return !special.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
