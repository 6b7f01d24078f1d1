import type { EventId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { type MatrixEvent, readEvent } from './event.ts';

/** What a Matrix message belongs to. */
export interface MatrixRelation {
  /** What it answers; a thread's fallback for clients without threads is no answer. */
  readonly replyTo: EventId | undefined;
  /** The first event of its thread. */
  readonly threadRoot: EventId | undefined;
}

export const NO_RELATION: MatrixRelation = { replyTo: undefined, threadRoot: undefined };

/** https://spec.matrix.org/v1.17/client-server-api/#threading and #rich-replies; what is malformed is no relation. */
export function relationOf({ content }: MatrixEvent): MatrixRelation {
  const relation = recordIn(content, 'm.relates_to');
  const replyTo = eventIdIn(recordIn(relation, 'm.in_reply_to'));
  const threadRoot = relation?.['rel_type'] === 'm.thread' ? eventIdIn(relation) : undefined;
  const isFallback = threadRoot !== undefined && relation?.['is_falling_back'] === true;
  return { replyTo: isFallback ? undefined : replyTo, threadRoot };
}

/**
 * The relation of a message that was relayed before: its edits don't repeat it. From the inbox while that
 * keeps the event, else from the homeserver; none where neither has it.
 */
export async function relationOfRelayed(parts: BridgeParts, portal: Portal, id: EventId): Promise<MatrixRelation> {
  const row = await parts.store.inbox.byKey('homeserver', id);
  const kept = row?.body === undefined || row.body === '' ? undefined : readEvent(JSON.parse(row.body));
  if (kept !== undefined) return relationOf(kept);
  const raw = portal.matrixRoomId === undefined ? undefined : await parts.homeserver.event(portal.matrixRoomId, id);
  const event = raw === undefined ? undefined : readEvent(raw);
  return event === undefined ? NO_RELATION : relationOf(event);
}

function recordIn(record: unknown, key: string): Record<string, unknown> | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const value = (record as Record<string, unknown>)[key];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function eventIdIn(record: Record<string, unknown> | undefined): EventId | undefined {
  const id = record?.['event_id'];
  return typeof id === 'string' && id !== '' ? (id as EventId) : undefined;
}
