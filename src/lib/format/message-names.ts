import type { MatrixUserId } from '../core/ids.ts';
import type { Lookups, Mentions, Names } from './lookups.ts';
import { cellsOf, childrenOf, type Node, textOf } from './plain-text.ts';
import { escapeHtml, plain, type Rendered } from './rendered.ts';
import { unicodeOf } from './emoji.ts';

/** Collects whom a message mentions while it is rendered. */
export interface Mentioned {
  readonly userIds: Set<MatrixUserId>;
  room: boolean;
}

export const mentionsOf = ({ userIds, room }: Mentioned): Mentions => ({ userIds: [...userIds], room });

/** Names that mean everybody, or everybody who is online. */
const ALL = new Set(['all', 'here']);

/** `@name`: a pill where the name is somebody's, `@room` where all are meant and may be, else the text. */
export function userMention(node: Node, lookups: Lookups, mentioned: Mentioned): Rendered {
  const written = nameIn(node);
  if (ALL.has(written)) {
    if (!lookups.mayMentionRoom) return plain(`@${written}`);
    mentioned.room = true;
    return plain('@room');
  }
  for (const name of candidates(written)) {
    const user = lookups.user(name);
    if (user === undefined) continue;
    mentioned.userIds.add(user.matrixUserId);
    const shown = singleLine(user.displayName) || user.matrixUserId;
    return withRest(pill(user.matrixUserId, shown), written.slice(name.length));
  }
  // Clients underline `@room` whoever wrote it, as if it had notified all.
  return plain(written === 'room' ? '@\u200Broom' : `@${written}`);
}

/** `#room`: a pill where the room is bridged, else the text. */
export function roomMention(node: Node, lookups: Lookups): Rendered {
  const written = nameIn(node);
  for (const name of candidates(written)) {
    const room = lookups.room(name);
    if (room !== undefined)
      return withRest(pill(room.alias, `#${singleLine(room.name) || name}`), written.slice(name.length));
  }
  return plain(`#${written}`);
}

/** `:name:`, `:)` or 😀: the workspace's own image, else the character, else as it was written. */
export function emoji(node: Node, lookups: Lookups): Rendered {
  if (node.shortCode === undefined) return plain(node.unicode ?? '');
  const written = codeIn(node);
  const custom = written === undefined ? undefined : lookups.emoji(written);
  if (custom !== undefined && /^mxc:\/\/[^/\s]+\/[^/\s]+$/.test(custom.mxc)) {
    const name = `:${custom.shortCode}:`;
    const [src, alt] = [escapeHtml(custom.mxc), escapeHtml(name)];
    return { body: name, html: `<img data-mx-emoticon src="${src}" alt="${alt}" title="${alt}" height="32">` };
  }
  return plain(
    unicodeOf(node.shortCode) ?? (written === undefined ? childrenOf(node).map(textOf).join('') : `:${written}:`),
  );
}

/** What has to be looked up before the nodes can be rendered. */
export function namesInNodes(nodes: readonly Node[]): Names {
  const users = new Set<string>();
  const rooms = new Set<string>();
  const codes = new Set<string>();
  const visit = (node: Node): void => {
    if (node.type === 'MENTION_USER') for (const name of candidates(nameIn(node))) users.add(name);
    else if (node.type === 'MENTION_CHANNEL') for (const name of candidates(nameIn(node))) rooms.add(name);
    else if (node.type === 'EMOJI') {
      const code = codeIn(node);
      if (code !== undefined) codes.add(code);
    } else if (node.type === 'TABLE') cellsOf(node).forEach(visit);
    else childrenOf(node).forEach(visit);
  };
  nodes.forEach(visit);
  return { users: [...users].filter((name) => !ALL.has(name)), rooms: [...rooms], emoji: [...codes] };
}

const nameIn = (node: Node): string => childrenOf(node).map(textOf).join('');

/** The short code that was written, without colons; none for a smiley or a character. */
function codeIn(node: Node): string | undefined {
  const written = childrenOf(node).map(textOf).join('');
  return node.shortCode !== undefined && written === node.shortCode ? written : undefined;
}

/** The grammar takes punctuation that ends the sentence for a part of the name: `@bob.` may mean bob. */
function candidates(written: string): string[] {
  const bare = written.replace(/[.:_-]+$/, '');
  return bare === '' || bare === written || ALL.has(bare) ? [written] : [written, bare];
}

const withRest = (piece: Rendered, rest: string): Rendered => ({
  body: piece.body + rest,
  html: piece.html + escapeHtml(rest),
});

/** A link that clients show as a person or a room (https://spec.matrix.org/v1.17/appendices/#matrixto-navigation). */
function pill(target: string, shown: string): Rendered {
  const address = encodeURIComponent(target).replaceAll('%40', '@').replaceAll('%3A', ':');
  return { body: shown, html: `<a href="https://matrix.to/#/${escapeHtml(address)}">${escapeHtml(shown)}</a>` };
}

/** Names are chosen by people: one of several lines would break a list or a quotation. */
const singleLine = (name: string): string => name.toWellFormed().replaceAll(/\s+/g, ' ').trim();
