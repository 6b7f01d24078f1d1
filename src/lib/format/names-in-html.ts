import { type HtmlElement, htmlTree } from './html-tree.ts';
import { isEmoticon } from './html-runs.ts';
import { matrixLink } from './matrix-link.ts';
import { htmlOf, type MatrixMessage } from './matrix-message.ts';

/** The Matrix names in a message, each once, in the order in which they are written. */
export interface NamesInHtml {
  /** Matrix user ids. */
  readonly users: readonly string[];
  /** Room ids and aliases, those of linked events too. */
  readonly rooms: readonly string[];
  readonly emoji: readonly { readonly mxc: string; readonly alt: string }[];
}

/** More names than this are no message that somebody wrote, but a way to keep us busy looking them up. */
const MOST = 100;

/** What has to be looked up for `toWorkspace`; at most 100 of each kind. Never throws. */
export async function namesInHtml(message: MatrixMessage): Promise<NamesInHtml> {
  const users = new Set<string>();
  const rooms = new Set<string>();
  const emoji = new Map<string, { mxc: string; alt: string }>();
  const html = htmlOf(message);
  const visit = (element: HtmlElement): void => {
    const { name, attributes } = element;
    const link = name === 'a' ? matrixLink(attributes['href'] ?? '') : undefined;
    if (link?.kind === 'user') users.add(link.id);
    if (link?.kind === 'room') rooms.add(link.id);
    if (link?.kind === 'event') rooms.add(link.room);
    if (isEmoticon(element)) {
      const found = { mxc: attributes['src'] ?? '', alt: attributes['alt'] ?? '' };
      emoji.set(`${found.mxc} ${found.alt}`, found);
    }
    for (const child of element.children) if (typeof child !== 'string') visit(child);
  };
  if (html !== undefined) visit(await htmlTree(html));
  return {
    users: [...users].slice(0, MOST),
    rooms: [...rooms].slice(0, MOST),
    emoji: [...emoji.values()].slice(0, MOST),
  };
}
