import type { MessageId } from '../core/ids.ts';
import type { ApiParts } from './api.ts';
import type { WorkspaceApi } from './types.ts';
import { orAbsent, saysAbsent } from './absence.ts';
import { allPages } from './paging.ts';
import { objectIn } from './records.ts';
import { isoSince, missedAtOnce, missedByCursor } from './sync.ts';

type MessageRequests = Pick<
  WorkspaceApi,
  'sendMessage' | 'getMessage' | 'updateMessage' | 'deleteMessage' | 'syncMessages' | 'deletedMessages'
>;

export function messageRequests({ rest, shared }: ApiParts): MessageRequests {
  return {
    async sendMessage({ id, roomId, text, threadId, showInChannel, attachments, location, alias, avatar }) {
      const message = {
        _id: id,
        rid: roomId,
        msg: text,
        ...(threadId === undefined ? {} : { tmid: threadId }),
        ...(showInChannel === true ? { tshow: true } : {}),
        ...(attachments === undefined ? {} : { attachments }),
        // GeoJSON: east first.
        ...(location === undefined
          ? {}
          : { location: { type: 'Point', coordinates: [location.longitude, location.latitude] } }),
        ...(alias === undefined ? {} : { alias }),
        ...(avatar === undefined ? {} : { avatar }),
      };
      const { body } = await rest.post('chat.sendMessage', { body: { message } });
      return objectIn(body, 'message', 'POST /api/v1/chat.sendMessage');
    },
    async getMessage(id) {
      const answer = await orAbsent(rest.get('chat.getMessage', { query: { msgId: id } }));
      return answer && objectIn(answer.body, 'message', 'GET /api/v1/chat.getMessage');
    },
    async updateMessage(roomId, id, text) {
      const { body } = await rest.post('chat.update', { body: { roomId, msgId: id, text } });
      return objectIn(body, 'message', 'POST /api/v1/chat.update');
    },
    async deleteMessage(roomId, id) {
      try {
        await rest.post('chat.delete', { body: { roomId, msgId: id } });
        return true;
      } catch (error) {
        if (saysNoMessage(error)) return false;
        throw error;
      }
    },
    async syncMessages(roomId, since) {
      const { syncMessages } = await shared.capabilities();
      return syncMessages === 'cursor'
        ? await missedByCursor(rest, roomId, since)
        : await missedAtOnce(rest, roomId, since);
    },
    async deletedMessages(roomId, since) {
      const query = { roomId, since: isoSince(since) };
      const messages = await allPages(rest, 'chat.getDeletedMessages', query, 'messages');
      return messages.map((message) => message['_id']).filter((id) => typeof id === 'string') as MessageId[];
    },
  };
}

/** Unlike other absences a refusal to delete (`error-action-not-allowed`) must not pass as done. */
function saysNoMessage(error: unknown): boolean {
  return error instanceof Error && /no message found|message not found/i.test(error.message) && saysAbsent(error);
}
