import { isTime } from '../../core/clock.ts';
import { isRecord } from '../../core/record.ts';
import { type EventId, type MatrixRoomId, type MatrixUserId, isId } from '../../core/ids.ts';

/** The envelope that every room event has. */
export interface MatrixEvent {
  readonly id: EventId;
  readonly roomId: MatrixRoomId;
  readonly sender: MatrixUserId;
  readonly type: string;
  /** `origin_server_ts`, ms; the sender's server chose it. */
  readonly at: number;
  readonly content: Readonly<Record<string, unknown>>;
  readonly isState: boolean;
  /** undefined: it is no state. */
  readonly stateKey: string | undefined;
  /** It came without its content, because it was redacted before it reached us. */
  readonly redacted: boolean;
  /** Of a redaction: the event it removes. */
  readonly redacts: EventId | undefined;
}

/** undefined for what is not a room event: a field missing or of another type. */
export function readEvent(raw: unknown): MatrixEvent | undefined {
  if (!isRecord(raw)) return undefined;
  const { event_id: id, room_id: roomId, sender, type, origin_server_ts: at, content, unsigned } = raw;
  if (!isId(id) || typeof roomId !== 'string' || typeof sender !== 'string' || typeof type !== 'string') {
    return undefined;
  }
  if (!sender.startsWith('@') || !isRecord(content)) return undefined;
  // Room version 11 moved `redacts` into the content: https://spec.matrix.org/v1.17/rooms/v11/
  const redacts = raw['redacts'] ?? content['redacts'];
  return {
    id: id as EventId,
    roomId: roomId as MatrixRoomId,
    sender: sender as MatrixUserId,
    type,
    at: isTime(at) ? at : 0,
    content,
    isState: typeof raw['state_key'] === 'string',
    stateKey: typeof raw['state_key'] === 'string' ? raw['state_key'] : undefined,
    redacted: isRecord(unsigned) && isRecord(unsigned['redacted_because']),
    redacts: isId(redacts) ? (redacts as EventId) : undefined,
  };
}

/** The event that this one replaces, if it is an edit. https://spec.matrix.org/v1.17/client-server-api/#event-replacements */
export function editTarget(event: MatrixEvent): EventId | undefined {
  const relation = event.content['m.relates_to'];
  if (!isRecord(relation) || relation['rel_type'] !== 'm.replace') return undefined;
  const target = relation['event_id'];
  return typeof target === 'string' ? (target as EventId) : undefined;
}

/** What a reaction names, and with what. https://spec.matrix.org/v1.17/client-server-api/#mreaction */
export function readAnnotation(event: MatrixEvent): { target: EventId; key: string } | undefined {
  const relation = event.content['m.relates_to'];
  if (!isRecord(relation) || relation['rel_type'] !== 'm.annotation') return undefined;
  const { event_id: target, key } = relation;
  if (typeof target !== 'string' || typeof key !== 'string' || key === '') return undefined;
  return { target: target as EventId, key };
}

/** What our own events carry, so that no bridge relays them back. */
export const MARKER = 'chat.rocket.bridge';

/** The workspace that an event says it came from. Anybody can write this: it may only ever stop a relay. */
export function markedWorkspace(event: MatrixEvent): string | undefined {
  const marker = event.content[MARKER];
  return isRecord(marker) && typeof marker['workspace'] === 'string' ? marker['workspace'] : undefined;
}
