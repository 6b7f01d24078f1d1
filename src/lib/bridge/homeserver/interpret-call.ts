import type { Portal } from '../../store/portal-types.ts';
import { isRecord } from '../../core/record.ts';
import type { HomeserverEvent } from '../events.ts';
import { type Nothing, nothing } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { type MatrixEvent } from './event.ts';
import { NO_RELATION } from './relations.ts';
import { plainText, postedBy, textAlone } from './said.ts';

/** Clients announce one call in several ways, and ring again: another one of theirs is told after so long. */
const QUIET_MS = 60_000;

/** The last call of somebody in a room that was told. */
interface Told {
  readonly eventId: string;
  readonly callId: string;
  readonly at: number;
}

/**
 * Somebody calls: told once, since nobody in Rocket.Chat can answer. Which event tells it is decided before it is
 * sent, so that doing it again comes to the same.
 */
export async function interpretCall(
  { store }: BridgeParts,
  portal: Portal,
  event: MatrixEvent,
  video: boolean,
): Promise<HomeserverEvent | Nothing> {
  const name = `call:${portal.id}:${event.sender}`;
  const now: Told = { eventId: event.id, callId: callIdOf(event), at: event.at };
  const last = readTold(await store.cursor(name));
  if (last !== undefined && last.eventId !== now.eventId && isSame(last, now)) return nothing('call was told already');
  await store.setCursor(name, JSON.stringify(now));
  const what = video ? 'a video call' : 'a call';
  return postedBy(
    event,
    textAlone(plainText(`started ${what} on Matrix, which can't be joined from here`, 'm.emote')),
    NO_RELATION,
  );
}

const isSame = (last: Told, now: Told): boolean =>
  (now.callId !== '' && now.callId === last.callId) || now.at - last.at < QUIET_MS;

/** `call_id` of a call between two, the membership that a notification of a group's call refers to. */
function callIdOf({ content }: MatrixEvent): string {
  const relation = content['m.relates_to'];
  const id = content['call_id'] ?? (isRecord(relation) ? relation['event_id'] : undefined);
  return typeof id === 'string' ? id : '';
}

/** Of the store, where only this file writes it. */
const readTold = (kept: string | undefined): Told | undefined =>
  kept === undefined ? undefined : (JSON.parse(kept) as Told);
