import { toWorkspace } from '../../format/to-workspace.ts';
import type { LedgerEntry } from '../../store/types.ts';
import type { WorkspaceNames } from '../../format/workspace-names.ts';
import type { HomeserverMessagePosted, MatrixText } from '../events.ts';
import type { FileRefusal } from '../files/limits.ts';
import { sayOnMatrix } from '../notices/say.ts';
import { refusalText } from '../files/refusal-text.ts';
import { standInText } from '../files/stand-in.ts';
import type { FileFields } from '../homeserver/content-file.ts';
import { withLine } from '../homeserver/formatted-text.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, marked, snapshotOf, voiceOf } from './acting.ts';
import { hashOf, readMessage } from './message.ts';
import { withoutAllIfRefused } from './names.ts';
import { post } from './post.ts';
import { placeOf, withQuote } from './quotes.ts';
import { uploadOnce } from './upload-once.ts';

/** A message that shows the file, as its sender's puppet; its id is the server's. One that can't cross is named instead. */
export async function postFile(work: Work, event: HomeserverMessagePosted, file: FileFields): Promise<Outcome> {
  const { portal } = work;
  const voice = await voiceOf(work, event.sender);
  const place = await placeOf(work, event.relation);
  const names = await work.lookUp(portal, event.text, event.sender);
  const posted = await withoutAllIfRefused(names, async (allowed) =>
    uploadOnce(work, voice, file, {
      caption: withQuote(place, await captionOf(work, event, allowed)),
      threadId: place.threadId,
    }),
  );
  if (posted === 'deleted') return removed(work, event);
  if ('why' in posted) return nameInstead(work, event, file, posted);
  const message = readMessage(posted.message);
  if (message === undefined) throw new Error(`the message that shows ${event.eventId} can't be read`);
  const entry: LedgerEntry = {
    portalId: portal.id,
    messageId: message.id,
    part: 0,
    kind: 'message',
    eventId: event.eventId,
    origin: 'homeserver',
    matrixUserId: event.sender,
    workspaceUserId: voice.userId,
    ts: event.at,
    redacted: false,
  };
  return {
    outcome: 'relayed',
    ledger: [entry],
    snapshots: [snapshotOf(portal, message.id, hashOf(message), message.updatedAt)],
  };
}

/** Empty: there is none. */
async function captionOf(
  work: Work,
  { text, editOfUnknown }: HomeserverMessagePosted,
  names: WorkspaceNames,
): Promise<string> {
  if (text.body.trim() === '') return '';
  const caption = await toWorkspace(text, names);
  return marked(work, editOfUnknown ? `(edited) ${caption}` : caption);
}

/** It was posted and deleted in Rocket.Chat before we could settle it: posting it again would bring it back. */
async function removed({ parts, portal }: Work, { eventId }: HomeserverMessagePosted): Promise<Outcome> {
  if (portal.matrixRoomId !== undefined) {
    await parts.homeserver.redact(portal.matrixRoomId, eventId, `rcfed.gone.${eventId}`);
  }
  return { outcome: 'gone', tombstones: [{ side: 'homeserver', target: eventId }] };
}

async function nameInstead(
  work: Work,
  event: HomeserverMessagePosted,
  file: FileFields,
  refusal: FileRefusal,
): Promise<Outcome> {
  const { parts, portal } = work;
  const line = standInText(file, 'homeserver', await linkTo(work, event));
  const outcome = await post(work, { ...event, file: undefined, text: below(event.text, line) });
  await sayOnMatrix(parts, portal, 'refused', refusalText(file.fileName, refusal, 'workspace'), event);
  return outcome;
}

function below(caption: MatrixText, line: string): MatrixText {
  const text = caption.body.trim() === '' ? { body: line } : withLine(caption, line);
  return {
    format: undefined,
    formatted_body: undefined,
    ...text,
    msgtype: 'm.text',
    mentionsRoom: caption.mentionsRoom,
  };
}

/** Where its reader may see the file; undefined: the room is open to its members only. */
async function linkTo({ parts, portal }: Work, { eventId }: HomeserverMessagePosted): Promise<string | undefined> {
  const { matrixRoomId: roomId } = portal;
  if (roomId === undefined) return undefined;
  const rules = await parts.homeserver.state(roomId, 'm.room.join_rules', '');
  if (rules?.['join_rule'] !== 'public') return undefined;
  const via = encodeURIComponent(parts.identity.serverName);
  return `https://matrix.to/#/${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}?via=${via}`;
}
