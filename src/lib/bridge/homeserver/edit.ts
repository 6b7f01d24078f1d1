import type { MatrixRoomId } from '../../core/ids.ts';
import { mentionsContent } from '../../format/lookups.ts';
import { matrixToUrl } from '../../format/matrix-link.ts';
import { toMatrix } from '../../format/to-matrix.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { LedgerEntry, Snapshot } from '../../store/ledger-types.ts';
import type { WorkspaceMessageEdited } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, marked, markerOf, sendOnce, speakerFor, txnOf } from './acting.ts';
import { editedCaption } from './caption-edit.ts';
import { MARKER } from './event.ts';
import { type FormattedContent, escapeHtml } from './formatted-text.ts';
import { relatesTo, withoutQuotes } from './quotes.ts';
import { NO_RELATION, relationOfRelayed } from './relations.ts';
import { captionText, saidContent } from './said-content.ts';
import { shownName, underName, withoutProfile } from './shown-name.ts';
import type { TextContent } from './text-content.ts';

/**
 * Replaces what a message says.
 *
 * @param former the message is in that room, which the portal had before and in which nothing can be done any more:
 * what it says now is told in the present one.
 */
export async function edit(work: Work, event: WorkspaceMessageEdited, former?: MatrixRoomId): Promise<Outcome> {
  const { parts, portal } = work;
  const original = event.pairs.find((pair) => pair.kind === 'message');
  const snapshot = { ...event.snapshot, hash: event.version.hash, updatedAt: event.version.updatedAt };
  if (original === undefined) return { outcome: 'gone', snapshots: [snapshot] };
  const isReply = former !== undefined || original.origin === 'homeserver' || work.how.asBot;
  const speaker = isReply
    ? await speakerFor(work, event.editor)
    : await work.ghosts.again(portal, original.matrixUserId);
  const { text: own } = await withoutQuotes(work, event.text, event.quotes);
  const source = marked(work.row, own);
  const { text, mentions } = await toMatrix(source, await work.lookUp(portal, source, speaker.userId));
  const fitted = await saidContent(work, speaker, text, { extras: event.extras, at: original.ts, times: 2 });
  if (isReply) return tell(work, event, { original, speaker, fitted, snapshot, former });
  // The newest ts wins in clients, so that of our edits of one message must rise.
  const now = Math.min(event.version.updatedAt, parts.clock.now());
  const ts = Math.max(now, event.snapshot.lastEditTs + 1, original.ts + 1);
  const said = (await editedCaption(work, event, original, await captionText(work, text, event.extras, 2))) ?? fitted;
  const author = { ...event.editor, id: original.workspaceUserId };
  const edited = underName(said, shownName(author, event.extras.alias, false));
  const content = {
    ...withoutProfile(prefixed(edited, '* ')),
    'm.mentions': {},
    'm.new_content': { ...edited, 'm.mentions': mentionsContent(mentions) },
    'm.relates_to': { rel_type: 'm.replace', event_id: original.eventId },
    [MARKER]: markerOf(parts, event.version.id, 0, event.version.updatedAt),
  };
  const txn = txnOf(work, 'edit', event.version.id, subjectOf(event), speaker.userId);
  const eventId = await sendOnce(work, speaker, txn, content, ts);
  return {
    outcome: 'relayed',
    ledger: [{ ...original, kind: 'edit', eventId, origin: 'workspace', ts, redacted: false }],
    snapshots: [{ ...snapshot, lastEditTs: ts }],
  };
}

interface Told {
  readonly original: LedgerEntry;
  readonly speaker: MatrixApi;
  readonly fitted: TextContent;
  readonly snapshot: Snapshot;
  readonly former: MatrixRoomId | undefined;
}

/** Only its sender may replace a Matrix message: anybody else's change is said of it. */
async function tell(
  work: Work,
  event: WorkspaceMessageEdited,
  { original, speaker, fitted, snapshot, former }: Told,
): Promise<Outcome> {
  const { parts } = work;
  const content = {
    ...prefixed(
      fitted,
      `edited by ${event.editor.name}${former === undefined ? '' : ` (${linkTo(former, original)})`}: `,
    ),
    ...(fitted.msgtype === 'm.text' ? { msgtype: 'm.notice' } : {}),
    'm.mentions': {},
    ...(former === undefined ? await answering(work, original) : {}),
    [MARKER]: markerOf(parts, event.version.id, 0, event.version.updatedAt),
  };
  const txn = txnOf(work, 'edit', event.version.id, subjectOf(event), speaker.userId);
  const eventId = await sendOnce(work, speaker, txn, content, undefined);
  // In the ledger, so that the text goes when the message does.
  const entry = { ...original, kind: 'edit', eventId, origin: 'workspace', matrixUserId: speaker.userId } as const;
  return {
    outcome: 'relayed',
    ledger: [{ ...entry, ts: event.version.updatedAt, redacted: false }],
    snapshots: [snapshot],
  };
}

/** In its thread if it has one. */
async function answering({ parts, portal }: Work, original: LedgerEntry): Promise<Record<string, unknown>> {
  const isTheirs = original.origin === 'homeserver';
  const { threadRoot } = isTheirs ? await relationOfRelayed(parts, portal, original.eventId) : NO_RELATION;
  return relatesTo(threadRoot, original);
}

/** No event of another room can be answered. */
const linkTo = (room: MatrixRoomId, { eventId: event }: LedgerEntry): string =>
  matrixToUrl({ kind: 'event', room, event });

const subjectOf = ({ version }: WorkspaceMessageEdited): string => `${version.updatedAt} ${version.hash}`;

function prefixed(text: FormattedContent, prefix: string): FormattedContent {
  const body = `${prefix}${text.body}`;
  return text.formatted_body === undefined
    ? { ...text, body }
    : { ...text, body, formatted_body: `${escapeHtml(prefix)}${text.formatted_body}` };
}
