import { randomBytes } from 'node:crypto';
import type { MessageId } from '../../core/ids.ts';
import type { RealtimeEvent } from '../../rocketchat/types.ts';
import type { BridgeParts } from '../parts.ts';

const PATIENCE_MS = 10_000;

/** Whether the live connection delivers: it may be up and deaf. */
export interface Hearing {
  /** Every event that the session brings. */
  onEvent(event: RealtimeEvent): void;
  /** Writes a message to itself and waits for it; milliseconds until it came, undefined: it did not. */
  hears(): Promise<number | undefined>;
}

/** The bot writes into the conversation with itself, which nobody else sees, and deletes it again. */
export function createHearing({ workspace, clock }: Pick<BridgeParts, 'workspace' | 'clock'>): Hearing {
  const waiting = new Map<unknown, () => void>();
  return {
    onEvent(event) {
      if (event.kind === 'message') waiting.get(event.message['_id'])?.();
    },
    async hears() {
      const { username } = await workspace.me();
      const { id: roomId } = await workspace.openDirect([username]);
      const id = randomBytes(12).toString('hex').slice(0, 17) as MessageId;
      const ending = new AbortController();
      const startedAt = clock.now();
      const came = new Promise<number>((resolve) => void waiting.set(id, () => resolve(clock.now() - startedAt)));
      const late = clock.sleep(PATIENCE_MS, ending.signal).then(() => undefined);
      try {
        await workspace.sendMessage({ id, roomId, text: 'Does the live connection work?' });
        return await Promise.race([came, late]);
      } finally {
        waiting.delete(id);
        late.catch(() => {});
        ending.abort(new Error('it came'));
        await workspace.deleteMessage(roomId, id).catch(() => {});
      }
    },
  };
}
