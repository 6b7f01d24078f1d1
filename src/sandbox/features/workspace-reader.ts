import type { MessageId, WorkspaceRoomId } from '../../lib/core/ids.ts';
import type { RawMessage } from '../../lib/rocketchat/types.ts';
import { sharedRead } from './shared-read.ts';

/** A message as a client shows it. */
export interface SeenMessage {
  readonly id: MessageId;
  readonly author: string;
  readonly text: string;
  /** Name of its file. */
  readonly fileName: string | undefined;
  /** The whole document. */
  readonly raw: RawMessage;
}

/** A room as somebody reads it with `channels.messages`, `groups.messages`. */
export interface WorkspaceReader {
  /** All of the room, threads too, oldest first; no system messages. */
  messages(): Promise<readonly SeenMessage[]>;
  /** The one that fits. @throws when there is none, or more than one */
  message(what: string, fits: (message: SeenMessage) => boolean): Promise<SeenMessage>;
  /** The one whose text or file name has that in it. */
  saying(text: string): Promise<SeenMessage>;
  /** Who reacted to a message with what: `bob :thumbsup:`, sorted. */
  reactions(to: MessageId): Promise<readonly string[]>;
  /** @throws while the message is in the room */
  gone(id: MessageId): Promise<void>;
}

export interface ReaderAccess {
  readonly url: string;
  readonly userId: string;
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
}

const PAGE = 500;

export function createWorkspaceReader(
  access: ReaderAccess,
  endpoint: 'channels.messages' | 'groups.messages' | 'im.messages',
  roomId: WorkspaceRoomId,
): WorkspaceReader {
  const messages = sharedRead(async () =>
    (await allMessages(access, endpoint, roomId)).filter(({ t }) => t === undefined).map(seenMessage),
  );
  const message: WorkspaceReader['message'] = async (what, fits) => {
    const [only, another] = (await messages()).filter(fits);
    if (only === undefined) throw new Error(`${what} is not in Rocket.Chat`);
    if (another !== undefined) throw new Error(`${what} is in Rocket.Chat more than once`);
    return only;
  };
  return {
    messages,
    message,
    saying: (wanted) =>
      message(`“${wanted}”`, ({ text, fileName = '' }) => text.includes(wanted) || fileName.includes(wanted)),
    async reactions(to) {
      const { raw } = await message(`message ${to}`, ({ id }) => id === to);
      const reactions = (raw['reactions'] ?? {}) as Record<string, { usernames: readonly string[] }>;
      return Object.entries(reactions)
        .flatMap(([emoji, { usernames }]) => usernames.map((username) => `${username} ${emoji}`))
        .toSorted();
    },
    async gone(wanted) {
      if ((await messages()).some(({ id }) => id === wanted)) throw new Error(`${wanted} is still there`);
    },
  };
}

/** What would be the same if the same thing came twice. */
export const sameness = ({ author, text, fileName, raw }: SeenMessage): string =>
  JSON.stringify([author, raw['alias'], text, fileName, raw['tmid']]);

function seenMessage(raw: RawMessage): SeenMessage {
  return {
    id: String(raw['_id']) as MessageId,
    author: String((raw['u'] as { username?: unknown } | undefined)?.username),
    text: String(raw['msg']),
    fileName: (raw['file'] as { name?: string } | undefined)?.name,
    raw,
  };
}

async function allMessages(
  { url, userId, token, fetch }: ReaderAccess,
  endpoint: string,
  roomId: WorkspaceRoomId,
): Promise<readonly RawMessage[]> {
  const all: RawMessage[] = [];
  for (;;) {
    const query = new URLSearchParams({ roomId, count: String(PAGE), offset: String(all.length) });
    const answer = await fetch(`${url}/api/v1/${endpoint}?${query.toString()}`, {
      headers: { 'X-User-Id': userId, 'X-Auth-Token': token },
    });
    if (!answer.ok) throw new Error(`${endpoint} answered ${answer.status}`);
    const page = (await answer.json()) as { readonly messages: readonly RawMessage[]; readonly total: number };
    all.push(...page.messages);
    if (page.messages.length === 0 || all.length >= page.total) return all.toReversed();
  }
}
