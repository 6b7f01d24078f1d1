/** The rule by which Rocket.Chat itself takes a domain for its own federation: no scheme, no port, small letters. */
export function isBareHost(domain: string): boolean {
  const url = `https://${domain}`;
  return domain !== '' && URL.canParse(url) && new URL(url).hostname === domain;
}
