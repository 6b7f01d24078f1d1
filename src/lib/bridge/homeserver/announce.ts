import { escapeHtml } from '../../format/rendered.ts';
import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Announcement, WorkspaceAnnounced } from '../events.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import { tellOnce } from '../notices/once.ts';
import type { Outcome } from '../outcome.ts';
import { roomLink } from '../workspace/room-link.ts';
import { type Work, entryOf, markerOf, sendOnce, speakerFor, txnOf } from './acting.ts';
import { MARKER } from './event.ts';
import type { FormattedText } from './formatted-text.ts';
import { relatesTo, threadRootOf } from './quotes.ts';
import { shownName, underName } from './shown-name.ts';

const ENCRYPTED = 'workspace-room-encrypted';

/** Says what Rocket.Chat told of the room, as a notice of whoever brought it about. */
export function announce(work: Work, event: WorkspaceAnnounced): Promise<Outcome> {
  return event.what.kind === 'encrypted' ? refuse(work) : tell(work, event, event.what);
}

async function tell(
  work: Work,
  event: WorkspaceAnnounced,
  what: Exclude<Announcement, { kind: 'encrypted' }>,
): Promise<Outcome> {
  const { parts, portal } = work;
  const speaker = await speakerFor(work, event.author);
  const root = await threadRootOf(work, event.threadId);
  const content = {
    ...underName(
      { msgtype: 'm.notice', ...(await wordsFor(work, what)) },
      shownName(event.author, undefined, work.how.asBot),
    ),
    ...relatesTo(root, undefined),
    'm.mentions': {},
    [MARKER]: markerOf(parts, event.version.id, 0, event.version.updatedAt),
  };
  const txn = txnOf(work, 'post', event.version.id, '0', speaker.userId);
  const at = Math.min(event.at, parts.clock.now());
  const eventId = await sendOnce(work, speaker, txn, content, at);
  const { id: messageId, hash, updatedAt } = event.version;
  return {
    outcome: 'relayed',
    ledger: [entryOf(portal, messageId, 'message', eventId, speaker.userId, event.author.id, at)],
    snapshots: [{ messageId, portalId: portal.id, hash, updatedAt, deleted: false, lastEditTs: 0 }],
  };
}

/** The link leads into Rocket.Chat: who is on Matrix alone sees at least that something happens there. */
async function wordsFor(
  { portal, settings }: Work,
  what: Exclude<Announcement, { kind: 'encrypted' }>,
): Promise<FormattedText> {
  const { siteUrl } = await settings();
  const isCall = what.kind === 'call';
  const link = siteUrl && roomLink(siteUrl, isCall ? portal : discussionIn(portal, what.roomId));
  const name = isCall ? 'a call' : what.name.toWellFormed().replaceAll(/\s+/g, ' ').trim() || 'without a name';
  const begin = isCall ? 'started ' : 'started a discussion: ';
  if (link === undefined || link === '') return { body: `${begin}${name}` };
  return {
    body: `${begin}${name} (${link})`,
    format: 'org.matrix.custom.html',
    formatted_body: `${begin}<a href="${escapeHtml(link)}">${escapeHtml(name)}</a>`,
  };
}

/** A discussion is as open as the room that it began in; one of a direct message is a private group. */
const discussionIn = ({ roomType }: Portal, id: WorkspaceRoomId) =>
  ({ roomType: roomType === 'c' ? 'c' : 'p', name: id, workspaceRoomId: id }) as const;

/** Told on both sides, once for each room: none of what is written there from now on can be carried over. */
async function refuse({ parts, portal }: Work): Promise<Outcome> {
  await tellOnce(parts, portal, ENCRYPTED, async () => {
    parts.log('warn', 'notice.told', { portal: portal.id, cause: ENCRYPTED, reason: 'encrypted' });
    await sayOnMatrix(
      parts,
      portal,
      ENCRYPTED,
      'The room in Rocket.Chat is end-to-end encrypted now: what is written there can be read by nobody but its members, and does not appear here.',
    );
    await sayInWorkspace(
      parts,
      portal,
      ENCRYPTED,
      'This room is end-to-end encrypted now: what is written here does not reach Matrix. It will again when encryption is turned off in the settings of the room.',
    );
  });
  return { outcome: 'encrypted' };
}
