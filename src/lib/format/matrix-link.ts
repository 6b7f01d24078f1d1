/** Whom or what a link of Matrix leads to. */
export type MatrixLink =
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'room'; readonly id: string }
  | { readonly kind: 'event'; readonly room: string; readonly event: string };

/** What stands before the id in the path of a `matrix:` URI, and the sigil that it stands for. */
const URI_SIGILS: Readonly<Record<string, string>> = {
  u: '@',
  user: '@',
  r: '#',
  room: '#',
  roomid: '!',
  e: '$',
  event: '$',
};

/**
 * Reads `https://matrix.to/#/…` and `matrix:` URIs (spec: URIs, both kinds). Undefined for anything else,
 * however similar.
 */
export function matrixLink(href: string): MatrixLink | undefined {
  const address = href.trim();
  const parts = ofMatrixTo(address) ?? ofUri(address);
  const [id, event] = parts ?? [];
  if (id === undefined) return undefined;
  if (/^@[^:\s]*:\S+$/.test(id)) return { kind: 'user', id };
  if (!/^(?:[#!][^:\s]+:\S+|![^:\s]+)$/.test(id)) return undefined;
  if (event === undefined || event === '') return { kind: 'room', id };
  return /^\$\S+$/.test(event) ? { kind: 'event', room: id, event } : undefined;
}

/** The same as a link that browsers follow: Rocket.Chat makes no link of `matrix:`. */
export function matrixToUrl(link: MatrixLink): string {
  const path = link.kind === 'event' ? [link.room, link.event] : [link.id];
  return `https://matrix.to/#/${path.map(encodeURIComponent).join('/')}`;
}

function ofMatrixTo(address: string): string[] | undefined {
  const found = /^https?:\/\/matrix\.to\/#\/([^?]*)/i.exec(address);
  return found?.[1] === undefined ? undefined : decoded(found[1].split('/'));
}

function ofUri(address: string): string[] | undefined {
  const found = /^matrix:(?!\/)([^?#]*)/i.exec(address);
  if (found?.[1] === undefined) return undefined;
  const parts = decoded(found[1].split('/'));
  if (parts === undefined) return undefined;
  const ids: string[] = [];
  for (let at = 0; at + 1 < parts.length && ids.length < 2; at += 2) {
    const sigil = Object.hasOwn(URI_SIGILS, parts[at] ?? '') ? URI_SIGILS[parts[at] ?? ''] : undefined;
    if (sigil === undefined) return undefined;
    ids.push(sigil + (parts[at + 1] ?? ''));
  }
  return ids;
}

function decoded(parts: readonly string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
