import type { Portal } from '../../store/portal-types.ts';
import type { ReactionEntry } from '../../store/ledger-types.ts';
import type { HomeserverEvent } from '../events.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { MARKER, type MatrixEvent, markedWorkspace, readAnnotation } from './event.ts';
import { isInSameRoom } from './same-room.ts';

/** A reaction of a Matrix user to a message that both sides have. */
export async function interpretReaction(
  parts: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
): Promise<HomeserverEvent | Nothing> {
  if (event.redacted || (await parts.store.ledger.isGone('homeserver', event.id))) {
    return nothing('gone', { tombstones: [{ side: 'homeserver', target: event.id }] });
  }
  if (markedWorkspace(event) === parts.identity.workspaceId) return nothing('from another bridge of this workspace');
  const annotation = readAnnotation(event);
  if (annotation === undefined) return nothing('malformed');
  const target = await parts.store.ledger.byEvent(annotation.target);
  if (target === undefined) return reactionToUnknown(parts, annotation.target);
  if (!(await isInSameRoom(parts, portal, event, target))) return nothing('of a message in another room');
  const snapshot = await parts.store.ledger.snapshot(target.messageId);
  if (target.redacted || target.kind === 'redaction' || snapshot?.deleted === true) return nothing('gone');
  const { id: eventId, sender } = event;
  const { key } = annotation;
  const said = { key, shortcode: shortcodeOf(event), isOfABridge: event.content[MARKER] !== undefined };
  return { kind: 'reaction.added', origin: 'homeserver', eventId, sender, ...said, target };
}

/** MSC4027; clients still write the field by its unstable name, some by both. */
function shortcodeOf({ content }: MatrixEvent): string | undefined {
  const shortcode = content['shortcode'] ?? content['com.beeper.reaction.shortcode'];
  return typeof shortcode === 'string' ? shortcode : undefined;
}

/** With a message that is set aside it waits; to one from before the link there is nothing to react to. */
async function reactionToUnknown(parts: BridgeParts, target: ReactionEntry['eventId']): Promise<Nothing> {
  const original = await parts.store.inbox.byKey('homeserver', target);
  return original?.state === 'aside' ? nothing('folded', { foldInto: original.id }) : nothing('of an unknown message');
}

export function reactionTakenBack(event: MatrixEvent, entry: ReactionEntry): HomeserverEvent | Nothing {
  // A moderator's, of a ghost's reaction: it stays in Rocket.Chat, where only its giver can take it back.
  if (entry.origin === 'workspace') return nothing('stays in Rocket.Chat');
  return { kind: 'reaction.removed', origin: 'homeserver', sender: event.sender, entry };
}
