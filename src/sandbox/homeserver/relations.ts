import { isObject, type JsonObject, objectOr, stringOr } from './json.ts';
import { invalid, MatrixError } from './matrix-error.ts';
import type { Homeserver, Room, StoredEvent } from './state.ts';

export interface Relation {
  readonly type: string;
  readonly parent: string;
  readonly key: string | undefined;
}

export function relationOf(content: JsonObject): Relation | undefined {
  const relates = content['m.relates_to'];
  if (!isObject(relates)) return undefined;
  const type = stringOr(relates['rel_type']);
  const parent = stringOr(relates['event_id']);
  return type === undefined || parent === undefined ? undefined : { type, parent, key: stringOr(relates['key']) };
}

/** Refuses what Synapse refuses: a parent nobody knows or of another room, a second equal reaction, a thread inside a relation. */
export function assertRelation(hs: Homeserver, room: Room, sender: string, content: JsonObject): void {
  const relation = relationOf(content);
  if (relation === undefined) return;
  const parent = hs.disk.events.get(relation.parent);
  const siblings = room.relations.get(relation.parent) ?? [];
  if (parent !== undefined && parent.roomId !== room.roomId) throw invalid('Relations must be in the same room');
  if (parent === undefined && siblings.length === 0) throw invalid("Can't send relation to unknown event");
  if (relation.type === 'm.annotation') {
    const twice = siblings.some(
      (event) =>
        event.sender === sender &&
        event.redactedBy === undefined &&
        relationOf(event.content)?.type === 'm.annotation' &&
        relationOf(event.content)?.key === relation.key,
    );
    if (twice) throw new MatrixError(400, 'M_DUPLICATE_ANNOTATION', "Can't send same reaction twice");
  }
  if (relation.type === 'm.thread' && parent !== undefined && relationOf(parent.content) !== undefined) {
    throw invalid('Cannot start threads from an event with a relation');
  }
}

/** Newest edit by the author themselves: by time, then by event id (spec: "Event replacements"). */
export function latestEdit(room: Room, event: StoredEvent): StoredEvent | undefined {
  if (event.stateKey !== undefined || event.redactedBy !== undefined) return undefined;
  let best: StoredEvent | undefined;
  for (const candidate of room.relations.get(event.eventId) ?? []) {
    if (candidate.sender !== event.sender || candidate.type !== event.type || candidate.redactedBy !== undefined)
      continue;
    if (relationOf(candidate.content)?.type !== 'm.replace') continue;
    const isNewer =
      best === undefined ||
      candidate.originServerTs > best.originServerTs ||
      (candidate.originServerTs === best.originServerTs && candidate.eventId > best.eventId);
    if (isNewer) best = candidate;
  }
  return best;
}

/** Thread answers that are still there, oldest first. */
export function threadOf(room: Room, event: StoredEvent): StoredEvent[] {
  return (room.relations.get(event.eventId) ?? []).filter(
    (child) => child.redactedBy === undefined && objectOr(child.content['m.relates_to'])['rel_type'] === 'm.thread',
  );
}

/**
 * The thread that a receipt for the event is to name: of the event, or of what it relates to, in at most
 * three steps; `main` where there is none. The root of a thread counts as outside of it when `of` is `main`.
 */
export function threadForReceipts(hs: Homeserver, eventId: string, of: 'main' | 'thread'): string {
  let at = hs.disk.events.get(eventId);
  for (let steps = 0; at !== undefined && steps < 4; steps += 1) {
    const relation = relationOf(at.content);
    if (relation?.type === 'm.thread') return relation.parent;
    const room = hs.disk.rooms.get(at.roomId);
    if (of === 'thread' && room !== undefined && threadOf(room, at).length > 0) return at.eventId;
    at = relation === undefined ? undefined : hs.disk.events.get(relation.parent);
  }
  return 'main';
}
