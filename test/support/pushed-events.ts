import { randomUUID } from 'node:crypto';
import type { Bench, RunningBridge } from './bridge-bench.ts';
import type { Scene } from './bridge-scene.ts';

/** Pushes a transaction as the homeserver does; `body` is sent as it is. Answers the status. */
export async function pushBody(bench: Bench, { bridge }: RunningBridge, body: string): Promise<number> {
  const answer = await fetch(`${bridge.url}/_matrix/app/v1/transactions/${randomUUID()}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${bench.registration.hsToken.reveal()}`, 'content-type': 'application/json' },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** An event of alice's in the room, as a homeserver pushes it. */
export const eventOf = (
  scene: Scene,
  content: unknown,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  event_id: `$${randomUUID()}`,
  room_id: scene.matrixRoom,
  sender: scene.alice.userId,
  type: 'm.room.message',
  origin_server_ts: Date.now(),
  content,
  unsigned: {},
  ...more,
});

export const textContent = (body: unknown): Record<string, unknown> => ({ msgtype: 'm.text', body });
