/** What Matrix clients are asked to allow (spec: m.room.message msgtypes, "href"), and what is a link in Rocket.Chat. */
const SCHEMES = new Set(['http:', 'https:', 'ftp:', 'mailto:']);

/**
 * The address as it may be linked on the other side, or undefined when it is none, is relative, or would
 * run something (`javascript:`, `data:`). Rocket.Chat's links may lack a scheme: `//example.org`.
 */
export function linkTarget(address: string): string | undefined {
  const text = address.trim();
  const url =
    URL.parse(text.startsWith('//') ? `https:${text}` : text) ??
    (looksLikeHost(text) ? URL.parse(`https://${text}`) : null);
  if (url === null || !SCHEMES.has(url.protocol)) return undefined;
  return url.href;
}

function looksLikeHost(text: string): boolean {
  return /^[0-9a-z-]+(\.[0-9a-z-]+)+([/?#]|$)/i.test(text);
}
