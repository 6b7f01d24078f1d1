import { linkTarget } from './link-target.ts';
import { KNOWS_NO_NAMES, type Lookups } from './lookups.ts';
import { emoji, type Mentioned, roomMention, userMention } from './message-names.ts';
import { childrenOf, isBareLink, linkParts, type Node, textOf } from './plain-text.ts';
import { escapeHtml, joined, plain, type Rendered } from './rendered.ts';
import { timeText } from './time-text.ts';

/** What is known while one message is rendered. */
export interface Scene {
  /** The text that the nodes were made of. */
  readonly source: string;
  readonly lookups: Lookups;
  readonly mentioned: Mentioned;
}

const EMPHASIS: Readonly<Record<string, readonly [tag: string, marker: string]>> = {
  BOLD: ['strong', '*'],
  ITALIC: ['em', '_'],
  STRIKE: ['del', '~'],
};
/** Addresses that Matrix clients don't link but people can use. */
const USEFUL = /^(?:tel|sms|geo|matrix|magnet|xmpp|irc|sip):/i;

export const inlines = (nodes: readonly Node[], scene: Scene): Rendered =>
  joined(nodes.map((node) => inline(node, scene)));

function inline(node: Node, scene: Scene): Rendered {
  const emphasis = EMPHASIS[node.type];
  if (emphasis !== undefined) return wrapped(inlines(childrenOf(node), scene), emphasis[1], `<${emphasis[0]}>`);
  switch (node.type) {
    case 'INLINE_CODE':
      return wrapped(plain(textOf(node)), '`', '<code>');
    case 'SPOILER':
      return wrapped(inlines(childrenOf(node), scene), '||', '<span data-mx-spoiler>');
    case 'LINK':
    case 'IMAGE':
      return link(node, scene);
    case 'MENTION_USER':
      return userMention(node, scene.lookups, scene.mentioned);
    case 'MENTION_CHANNEL':
      return roomMention(node, scene.lookups);
    case 'EMOJI':
      return emoji(node, scene.lookups);
    case 'TIMESTAMP':
      return plain(timeText(node, scene.source));
    case 'COLOR':
      return color(node);
    case 'INLINE_KATEX':
      return maths(textOf(node), 'span');
    case 'PARAGRAPH':
      return inlines(childrenOf(node), scene);
    default:
      return plain(textOf(node));
  }
}

function wrapped(piece: Rendered, marker: string, open: string): Rendered {
  const close = `</${/\w+/.exec(open)?.[0] ?? ''}>`;
  return { body: `${marker}${piece.body}${marker}`, html: `${open}${piece.html}${close}` };
}

/** A formula with its source (https://spec.matrix.org/v1.17/client-server-api/#mathematical-messages). */
export function maths(formula: string, tag: 'span' | 'div'): Rendered {
  const source = escapeHtml(formula);
  const [open, close] = tag === 'span' ? ['\\(', '\\)'] : ['\\[', '\\]'];
  const html = `<${tag} data-mx-maths="${source}"><code>${source}</code></${tag}>`;
  return { body: `${open}${formula}${close}`, html };
}

/** `color:#ff0000`, which Rocket.Chat shows as a swatch before the code. */
function color(node: Node): Rendered {
  const { r, g, b, a } = node.value as { r: number; g: number; b: number; a: number };
  const hex = (parts: readonly number[]): string =>
    `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  const code = hex(a === 255 ? [r, g, b] : [r, g, b, a]);
  return { body: `color:${code}`, html: `<span data-mx-color="${hex([r, g, b])}">${code}</span>` };
}

/** A link has no pill within, and keeps its label alone if it would run something. Pictures of other servers are links: HTML has but `mxc:`. */
function link(node: Node, scene: Scene): Rendered {
  const { src, label } = linkParts(node);
  const address = asWritten(src, scene.source);
  const isBlank = label.every((part) => textOf(part).trim() === '');
  const shown = isBlank ? plain(address) : inlines(label, { ...scene, lookups: KNOWS_NO_NAMES });
  if (isBareLink(node) || isBareNumber(shown.body, src)) return shown;
  const labelled = `[${shown.body === src ? '' : shown.body}](${address})`;
  const body = node.type === 'IMAGE' ? `!${labelled}` : isBlank ? address : labelled;
  const target = linkTarget(src);
  if (target !== undefined) return { body, html: `<a href="${escapeHtml(target)}">${shown.html}</a>` };
  return { body, html: shown.html + (USEFUL.test(src) ? ` (${escapeHtml(address)})` : '') };
}

/** The parser puts `//` before an address without a scheme, and takes the `+` off a number. */
const asWritten = (src: string, source: string): string =>
  source.includes(src) ? src : src.replace(/^\/\//, '').replace(/^tel:/, 'tel:+');

/** `+15551234567`, of which the parser makes a link to `tel:15551234567`. */
const isBareNumber = (text: string, src: string): boolean => src.startsWith('tel:') && `tel:${text.slice(1)}` === src;
