/** A stretch of a message as both of its forms: plain text, and HTML of tags that Matrix clients allow. */
export interface Rendered {
  readonly body: string;
  readonly html: string;
}

export const EMPTY: Rendered = { body: '', html: '' };

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text that reads the same in both forms. */
export const plain = (text: string): Rendered => ({ body: text, html: escapeHtml(text).replaceAll('\n', '<br>') });

export function joined(pieces: readonly Rendered[], inBody = '', inHtml = ''): Rendered {
  return {
    body: pieces.map((piece) => piece.body).join(inBody),
    html: pieces.map((piece) => piece.html).join(inHtml),
  };
}
