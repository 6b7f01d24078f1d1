import type { Root } from './message-tree.ts';

/** A node of any kind; the parser's own types do not name all that it makes. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly level?: number;
  readonly number?: number;
  readonly status?: boolean;
  readonly language?: string | undefined;
  readonly shortCode?: string;
  readonly unicode?: string;
  /** Where in the source a timestamp, a rule or a table stood: start and end. */
  readonly fallback?: unknown;
}

export const nodesOf = (root: Root): readonly Node[] => root;

/** Children of a node whose value is a list, or the one child where it is a single node. */
export function childrenOf(node: Node): readonly Node[] {
  if (Array.isArray(node.value)) return node.value as Node[];
  return typeof node.value === 'object' && node.value !== null && 'type' in node.value ? [node.value as Node] : [];
}

/** The cells of a table, those of its header first, row by row. */
export function cellsOf(node: Node): readonly Node[] {
  const { header, rows } = node.value as { header: Node[]; rows: Node[] };
  return [...header, ...rows.flatMap(childrenOf)];
}

interface LinkParts {
  readonly src: string;
  readonly label: readonly Node[];
}

export function linkParts(node: Node): LinkParts {
  const { src, label } = node.value as { src: Node; label: Node | Node[] };
  return { src: textOf(src), label: Array.isArray(label) ? label : [label] };
}

/** `<t:1700000000:R>` shown as a time that needs no reader's time zone. */
function timestampText(node: Node): string {
  const { timestamp } = node.value as { timestamp: string };
  const date = new Date(Number(timestamp) * 1000);
  return Number.isNaN(date.getTime()) ? timestamp : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The text of an inline node without its markup. */
export function textOf(node: Node): string {
  if (node.type === 'EMOJI') return node.unicode ?? `:${node.shortCode ?? ''}:`;
  if (node.type === 'MENTION_USER') return `@${childrenOf(node).map(textOf).join('')}`;
  if (node.type === 'MENTION_CHANNEL') return `#${childrenOf(node).map(textOf).join('')}`;
  if (node.type === 'TIMESTAMP') return timestampText(node);
  if (node.type === 'LINK' || node.type === 'IMAGE') return linkParts(node).label.map(textOf).join('');
  if (typeof node.value === 'string') return node.value;
  return childrenOf(node).map(textOf).join('');
}

/** Whether a link only repeats its address, as a bare URL in the text does. */
export function isBareLink(node: Node): boolean {
  const { src, label } = linkParts(node);
  const text = label.map(textOf).join('');
  return node.type === 'LINK' && [text, `//${text}`, `mailto:${text}`, `tel:${text}`].includes(src);
}

const PLAIN = new Set(['PLAIN_TEXT', 'MENTION_USER', 'MENTION_CHANNEL', 'EMOJI', 'LINE_BREAK']);

/** The whole message as text when nothing in it is formatted; undefined when something is. */
export function plainMessage(nodes: readonly Node[]): string | undefined {
  const lines: string[] = [];
  for (const node of nodes) {
    if (node.type !== 'PARAGRAPH' && node.type !== 'LINE_BREAK' && node.type !== 'BIG_EMOJI') return undefined;
    const children = childrenOf(node);
    if (!children.every((child) => PLAIN.has(child.type) || (child.type === 'LINK' && isBareLink(child))))
      return undefined;
    lines.push(children.map(textOf).join(''));
  }
  return lines.join('\n');
}
