import type { MessageId } from '../core/ids.ts';
import { orAbsent } from './absence.ts';
import type { ApiParts } from './api.ts';
import type { ReactionApi } from './feature-types.ts';
import { allPages } from './paging.ts';
import { emojiFrom, listIn, objectIn } from './records.ts';
import type { Rest } from './rest.ts';
import { isObject, type JsonObject } from './rest-answer.ts';

export function reactionRequests({ rest }: ApiParts): ReactionApi {
  return {
    async react(messageId, emoji, shouldReact) {
      // From 7.x on, a server that is asked to take a reaction away from a message without any adds it instead.
      if (!shouldReact && !(await hasReactions(rest, messageId))) return;
      await rest.post('chat.react', { body: { messageId, emoji, shouldReact } });
    },
    async pinMessage(id) {
      const message = await messageDocument(rest, id);
      // 6.x tells the room again of a message that is pinned already.
      if (message?.['pinned'] === true) return;
      await rest.post('chat.pinMessage', { body: { messageId: id } });
    },
    async unpinMessage(id) {
      const message = await messageDocument(rest, id);
      if (message !== undefined && message['pinned'] !== true) return;
      await rest.post('chat.unPinMessage', { body: { messageId: id } });
    },
    pinnedMessages: (roomId) => allPages(rest, 'chat.getPinnedMessages', { roomId }, 'messages'),
    async customEmoji() {
      const request = 'GET /api/v1/emoji-custom.list';
      const { body } = await rest.get('emoji-custom.list');
      return listIn(objectIn(body, 'emojis', request), 'update', request).flatMap((one) => emojiFrom(one) ?? []);
    },
    async emojiImage(name, extension, limit) {
      const image = await rest.download(`/emoji-custom/${encodeURIComponent(`${name}.${extension}`)}`, limit);
      if (image.contentType.startsWith('image/svg+xml')) return undefined;
      return { bytes: image.bytes, contentType: `image/${extension === 'jpg' ? 'jpeg' : extension}` };
    },
    async createCustomEmoji(name, image, contentType) {
      const file = {
        field: 'emoji',
        name: `${name}.${contentType.split('/')[1] ?? 'png'}`,
        contentType,
        content: image,
      };
      await rest.post('emoji-custom.create', { form: { fields: { name }, file } });
    },
  };
}

async function messageDocument(rest: Rest, id: MessageId): Promise<JsonObject | undefined> {
  const answer = await orAbsent(rest.get('chat.getMessage', { query: { msgId: id } }));
  return answer && objectIn(answer.body, 'message', 'GET /api/v1/chat.getMessage');
}

async function hasReactions(rest: Rest, id: MessageId): Promise<boolean> {
  const reactions = (await messageDocument(rest, id))?.['reactions'];
  return isObject(reactions) && Object.keys(reactions).length > 0;
}
