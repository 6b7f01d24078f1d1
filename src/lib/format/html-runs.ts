import type { HtmlElement, HtmlNode } from './html-tree.ts';
import { atomRun, type Mark, NO_MARKS, type Run } from './line-run.ts';
import { linkTarget } from './link-target.ts';
import { matrixLink, matrixToUrl } from './matrix-link.ts';
import { emojiCode, roomMention, userMention, type WorkspaceNames } from './workspace-names.ts';

const MARKS: Readonly<Record<string, Mark>> = {
  b: 'bold',
  strong: 'bold',
  summary: 'bold',
  i: 'italic',
  em: 'italic',
  s: 'strike',
  del: 'strike',
  strike: 'strike',
  code: 'code',
  tt: 'code',
  kbd: 'code',
};

/** The marks of what an element holds. Underline, colours, sub- and superscript have none in Rocket.Chat. */
export function marksWithin(element: HtmlElement, marks: ReadonlySet<Mark>): ReadonlySet<Mark> {
  const mark = Object.hasOwn(MARKS, element.name) ? MARKS[element.name] : undefined;
  const added = [...(mark === undefined ? [] : [mark]), ...(isSpoiler(element) ? (['spoiler'] as const) : [])];
  return added.length === 0 ? marks : new Set([...marks, ...added]);
}

export const isSpoiler = ({ attributes }: HtmlElement): boolean => 'data-mx-spoiler' in attributes;

export const isEmoticon = ({ name, attributes }: HtmlElement): boolean =>
  name === 'img' && 'data-mx-emoticon' in attributes;

/** The TeX source of a formula (spec: `data-mx-maths`), on one line; undefined when the element is none. */
export function formulaOf({ attributes }: HtmlElement): string | undefined {
  const source = (attributes['data-mx-maths'] ?? '').replace(/\s+/g, ' ').trim();
  return source === '' ? undefined : source;
}

/** What holds for a run from the elements around it. */
export interface Around {
  readonly marks: ReadonlySet<Mark>;
  readonly names: WorkspaceNames;
  readonly href?: string | undefined;
}

/** What is written within a line. Blanks are one, as a browser shows them. */
export function runsOf(node: HtmlNode, around: Around): Run[] {
  if (typeof node === 'string') return textRuns(node.replace(/[ \t\r\n\f]+/g, ' '), around);
  const { name, children } = node;
  if (name === 'br') return [{ text: '\n', marks: NO_MARKS }];
  if (name === 'img') return imageRuns(node, around);
  if (name === 'input') return checkbox(node, around);
  const source = formulaOf(node);
  if (source !== undefined) return formulaRuns(source, around);
  const inside: Around = { ...around, marks: marksWithin(node, around.marks) };
  const reason = isSpoiler(node) ? (node.attributes['data-mx-spoiler'] ?? '').replace(/\s+/g, ' ').trim() : '';
  const before = reason === '' ? [] : plainRun(`(${reason}) `, around);
  return [...before, ...(name === 'a' ? linkRuns(node, inside) : children.flatMap((child) => runsOf(child, inside)))];
}

const plainRun = (text: string, { marks, href }: Around): Run[] => [
  { text, marks, ...(href === undefined ? {} : { href }) },
];

const ROOM_IN_TEXT = /(?<![\p{L}\p{N}_@./:-])@room(?![\p{L}\p{N}_@-]|[.:][\p{L}\p{N}])/giu;

/** Text, with `@room` as `@all` when it does address the room and its sender may. */
export function textRuns(text: string, around: Around): Run[] {
  const { names, marks, href } = around;
  const addresses = names.roomMentioned && names.mayMentionAll && href === undefined && !marks.has('code');
  if (!addresses) return plainRun(text, around);
  const runs: Run[] = [];
  let at = 0;
  for (const { index, 0: found } of text.matchAll(ROOM_IN_TEXT)) {
    runs.push(...plainRun(text.slice(at, index), around), atomRun('@all', 'mention', marks));
    at = index + found.length;
  }
  return [...runs, ...plainRun(text.slice(at), around)];
}

/** A user whom the workspace knows is mentioned, another one only named. Links of Matrix become such of the web. */
function linkRuns(element: HtmlElement, around: Around): Run[] {
  const link = matrixLink(element.attributes['href'] ?? '');
  const nameless = element.children.every((child) => typeof child === 'string' && child.trim() === '');
  const children: readonly HtmlNode[] = nameless && link !== undefined ? [labelOf(link)] : element.children;
  const mention = around.marks.has('code') || around.href !== undefined ? undefined : mentionOf(link, around.names);
  if (mention !== undefined) return [atomRun(mention, 'mention', around.marks)];
  const href = hrefOf(element);
  return children.flatMap((child) => runsOf(child, href === undefined ? around : { ...around, href }));
}

/** Where an anchor leads in Rocket.Chat; to a user it leads nowhere. */
export function hrefOf({ attributes }: HtmlElement): string | undefined {
  const address = attributes['href'] ?? '';
  const link = matrixLink(address);
  if (link?.kind === 'user') return undefined;
  return linkTarget(link === undefined || /^https?:/i.test(address.trim()) ? address : matrixToUrl(link));
}

const labelOf = (link: NonNullable<ReturnType<typeof matrixLink>>): string =>
  link.kind === 'event' ? link.room : link.id;

function mentionOf(link: ReturnType<typeof matrixLink>, names: WorkspaceNames): string | undefined {
  if (link?.kind === 'user') {
    const user = names.user(link.id);
    return user === undefined ? undefined : userMention(user.username);
  }
  const room = link?.kind === 'room' ? names.room(link.id) : undefined;
  return room === undefined ? undefined : roomMention(room.name);
}

function imageRuns(element: HtmlElement, around: Around): Run[] {
  const { attributes } = element;
  const source = attributes['src'] ?? '';
  const alt = (attributes['alt'] ?? attributes['title'] ?? '').replace(/\s+/g, ' ').trim();
  if (isEmoticon(element)) {
    const known = around.names.emoji(source) ?? around.names.emoji(alt);
    const code = known === undefined ? undefined : emojiCode(known.name);
    if (code === undefined) return plainRun(alt, around);
    return around.href === undefined ? [atomRun(code, 'emoji', around.marks)] : plainRun(code, around);
  }
  const target = /^https?:/i.test(source.trim()) ? linkTarget(source) : undefined;
  if (target === undefined || around.href !== undefined) return plainRun(alt, around);
  return plainRun(alt === '' ? target : alt, { ...around, href: target });
}

function checkbox({ attributes }: HtmlElement, around: Around): Run[] {
  if (attributes['type']?.toLowerCase() !== 'checkbox') return [];
  return plainRun('checked' in attributes ? '☑ ' : '☐ ', around);
}

function formulaRuns(source: string, around: Around): Run[] {
  if (source.includes('\\)') || around.href !== undefined) {
    return plainRun(source, { ...around, marks: new Set([...around.marks, 'code']) });
  }
  return [atomRun(`\\(${source}\\)`, 'formula', around.marks)];
}
