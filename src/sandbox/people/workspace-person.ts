import { randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/core/clock.ts';
import type { MessageId, WorkspaceRoomId } from '../../lib/core/ids.ts';
import type { Log } from '../../lib/core/log.ts';
import { createRealtime } from '../../lib/rocketchat/realtime.ts';
import type { RawMessage, RealtimeEvent, WorkspaceApi } from '../../lib/rocketchat/types.ts';
import { type HistoryEntry, instant, type Person, type Sighting } from './person.ts';

interface WorkspacePersonOptions {
  readonly name: string;
  readonly username: string;
  readonly url: string;
  /** As that person, who is a member of the room. */
  readonly api: WorkspaceApi;
  readonly roomId: WorkspaceRoomId;
  readonly clock: Clock;
  readonly log: Log;
  readonly onSighting: (sighting: Sighting) => void;
}

/** Somebody with a Rocket.Chat client: sends by REST, reads the realtime stream. */
export async function workspacePerson(options: WorkspacePersonOptions): Promise<Person> {
  const { name, username, url, api, roomId, clock, log, onSighting } = options;
  if (api.credentials === undefined) throw new Error(`${username} is not logged in`);
  const seen = new Map<string, string>();
  const session = createRealtime({
    url,
    credentials: api.credentials,
    clock,
    log,
    handlers: {
      onEvent(event) {
        const sighting = sightingOf(event, roomId, seen);
        if (sighting !== undefined) onSighting(sighting);
      },
      onReady() {},
      onLost() {},
      onRefused() {},
    },
  });
  await session.start();
  await session.watchRoom(roomId);
  return {
    name,
    side: 'workspace',
    author: username,
    async say(text) {
      const id = randomBytes(16)
        .toString('base64')
        .replaceAll(/[^A-Za-z2-9]/g, 'x')
        .slice(0, 17) as MessageId;
      await api.sendMessage({ id, roomId, text });
      return id;
    },
    edit: async (id, text) => void (await api.updateMessage(roomId, id as MessageId, text)),
    remove: async (id) => void (await api.deleteMessage(roomId, id as MessageId)),
    history: async () => history((await api.syncMessages(roomId, 0)).updated, [...seen.keys()]),
    leave: () => session.close(),
  };
}

/** A message is sent anew whenever anything about it changes: only a new text is an edit. */
function sightingOf(event: RealtimeEvent, roomId: WorkspaceRoomId, seen: Map<string, string>): Sighting | undefined {
  const at = instant();
  if (event.kind === 'deleted') return event.roomId === roomId ? { kind: 'gone', id: event.id, at } : undefined;
  if (event.kind !== 'message') return undefined;
  const { _id: id, rid, msg: text, t: systemType } = event.message;
  if (rid !== roomId || systemType !== undefined || typeof id !== 'string' || typeof text !== 'string')
    return undefined;
  const before = seen.get(id);
  seen.set(id, text);
  if (before === undefined) return { kind: 'message', id, text, shown: text, author: authorOf(event.message), at };
  return before === text ? undefined : { kind: 'edit', id, text, shown: text, at };
}

const authorOf = (message: RawMessage): string =>
  String((message['u'] as { username?: unknown } | undefined)?.username);

/** Two messages of one millisecond are in the order in which the server sent them out. */
function history(messages: readonly RawMessage[], sentOut: readonly string[]): readonly HistoryEntry[] {
  const rank = new Map(sentOut.map((id, index) => [id, index]));
  const rankOf = (message: RawMessage): number => rank.get(String(message['_id'])) ?? 0;
  return messages
    .filter((message) => message['t'] === undefined)
    .toSorted((one, other) => timeOf(one) - timeOf(other) || rankOf(one) - rankOf(other))
    .map((message) => ({ id: String(message['_id']), author: authorOf(message), text: String(message['msg']) }));
}

const timeOf = ({ ts }: RawMessage): number =>
  typeof ts === 'string' ? Date.parse(ts) : Number((ts as { $date?: number } | undefined)?.$date);
