/**
 * The file name in a `Content-Disposition` header, undefined where there is none that can be read. Of two
 * names the one in UTF-8 counts: https://www.rfc-editor.org/rfc/rfc6266#section-4.3
 */
export function dispositionFileName(header: string): string | undefined {
  const plain = new Map<string, string>();
  for (const [, name = '', quoted, token] of header.matchAll(PARAMETER))
    plain.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? '');
  const extended = /^utf-8'[^']*'(.*)$/i.exec(plain.get('filename*') ?? '')?.[1];
  return nonEmpty(decoded(extended)) ?? nonEmpty(plain.get('filename'));
}

/** `; name=token` or `; name="quoted \" text"`. */
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]+))/g;

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
