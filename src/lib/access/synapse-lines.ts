import type { ServerName } from '../core/ids.ts';
import type { AccessRules } from './rules.ts';
import { hostOf, isAddress } from './pattern.ts';

/**
 * What Synapse itself can be told of the rules, as lines of homeserver.yaml: it has a list of allowed servers,
 * exact names only, and none of blocked ones; addresses can be kept out by range.
 * https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#federation_domain_whitelist
 */
export function synapseLines({ allow, block }: AccessRules, own: ServerName): string {
  const exact = allow.filter((pattern) => !pattern.startsWith('*.'));
  const below = allow.filter((pattern) => pattern.startsWith('*.'));
  const addresses = block.filter(isAddress);
  const admitted = allow.filter((pattern) => isAddress(pattern) && !addresses.includes(pattern));
  const names = block.filter((pattern) => !isAddress(pattern));
  return [
    ...(below.length === 0
      ? []
      : [
          `# Synapse's list knows no patterns: list each server of ${below.join(', ')} by name, or leave the list out.`,
        ]),
    ...(allow.length === 0
      ? ['# Nothing is allowed by name: no federation_domain_whitelist.']
      : ['federation_domain_whitelist:', ...listed([...new Set([hostOf(own), ...exact])])]),
    '# Synapse has no list of blocked servers, only that of allowed ones.',
    ...(names.length === 0
      ? []
      : [
          '# In the rooms of the bridge the access list (m.room.server_acl) keeps out:',
          ...names.map((name) => `#   ${name}`),
        ]),
    ...(addresses.length === 0
      ? []
      : [
          '# Replaces the default of Synapse, so that its private ranges are here as well.',
          'ip_range_blacklist:',
          ...listed([...PRIVATE_RANGES, ...addresses.map(rangeOf)]),
        ]),
    ...(admitted.length === 0
      ? []
      : [
          '# Goes before ip_range_blacklist: without it Synapse asks no server at a private address.',
          'ip_range_whitelist:',
          ...listed(admitted.map(rangeOf)),
        ]),
  ].join('\n');
}

const listed = (texts: readonly string[]): readonly string[] => texts.map((text) => `  - ${JSON.stringify(text)}`);

const rangeOf = (address: string): string =>
  address.startsWith('[') ? `${address.slice(1, -1)}/128` : `${address}/32`;

/** Reserved by the IANA registries of special-purpose addresses (RFC 6890 and successors): no server on the Internet has one. */
const PRIVATE_RANGES = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '169.254.0.0/16',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '::1/128',
  'fe80::/10',
  'fc00::/7',
  '2001:db8::/32',
  'ff00::/8',
  'fec0::/10',
];
