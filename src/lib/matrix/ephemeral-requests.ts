import { type Acting, asUser } from './acting.ts';
import { segment } from './client-shapes.ts';
import type { MatrixApi } from './types.ts';

type EphemeralRequests = Pick<MatrixApi, 'setTyping' | 'sendReceipt' | 'setPresence'>;

/** What passes by and leaves no event: https://spec.matrix.org/v1.17/client-server-api/#typing-notifications and after. */
export function ephemeralRequests(acting: Acting): EphemeralRequests {
  const { http } = acting;
  const query = asUser(acting);
  return {
    async setTyping(roomId, typing, timeoutMs) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/typing/${segment(acting.userId)}`;
      const json = typing ? { typing, timeout: Math.round(timeoutMs) } : { typing };
      await http.json({ method: 'PUT', path, query, json });
    },
    async sendReceipt(roomId, eventId, threadId) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/receipt/m.read/${segment(eventId)}`;
      await http.json({ method: 'POST', path, query, json: threadId === undefined ? {} : { thread_id: threadId } });
    },
    async setPresence(presence, statusMessage) {
      const path = `/_matrix/client/v3/presence/${segment(acting.userId)}/status`;
      const json = { presence, ...(statusMessage === undefined ? {} : { status_msg: statusMessage }) };
      await http.json({ method: 'PUT', path, query, json });
    },
  };
}
