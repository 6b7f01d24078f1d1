import type { WorkspaceUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { ApiParts } from './api.ts';
import type { PresenceApi } from './feature-types.ts';
import { allPages } from './paging.ts';
import { listIn, timeOf, userFrom } from './records.ts';
import { isObject } from './rest-answer.ts';

export function presenceRequests({ rest, shared }: ApiParts): PresenceApi {
  return {
    async setTyping(roomId, shownName, typing) {
      const params = [`${roomId}/user-activity`, shownName, typing ? ['user-typing'] : [], {}];
      await rest.methodCall('stream-notify-room', params);
    },
    async markRead(roomId) {
      const { readThreads } = await shared.capabilities();
      await rest.post('subscriptions.read', { body: { rid: roomId, ...(readThreads ? { readThreads: true } : {}) } });
    },
    async setStatus(status, message) {
      await rest.post('users.setStatus', { body: { status, ...(message === undefined ? {} : { message }) } });
    },
    async readReceipts(messageId) {
      const request = 'GET /api/v1/chat.getMessageReadReceipts';
      try {
        const { body } = await rest.get('chat.getMessageReadReceipts', { query: { messageId } });
        return listIn(body, 'receipts', request).flatMap(({ userId, user, ts }) => {
          const id = userId ?? (isObject(user) ? user['_id'] : undefined);
          return typeof id === 'string' ? [{ userId: id as WorkspaceUserId, at: timeOf(ts) }] : [];
        });
      } catch (error) {
        if (saysNotOffered(error)) return 'not-offered';
        throw error;
      }
    },
    async users() {
      const users = await allPages(rest, 'users.list', {}, 'users');
      return users.map((user) => userFrom(user, 'GET /api/v1/users.list'));
    },
  };
}

/** From 9.0 on the code is that of everything forbidden: the sentence tells. */
function saysNotOffered(error: unknown): boolean {
  if (!(error instanceof RemoteError) || error.failure !== 'refused') return false;
  return error.code === 'error-action-not-allowed' || /enterprise feature/i.test(error.answer ?? '');
}
