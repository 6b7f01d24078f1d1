import {
  ClientEvent,
  createClient,
  type MatrixClient,
  type MatrixEvent,
  MsgType,
  RelationType,
  RoomEvent,
  SyncState,
} from 'matrix-js-sdk';
import { type Logger, logger as sharedLogger } from 'matrix-js-sdk/lib/logger.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventually } from '../support/eventually.ts';

/** The client tells a lot on the console that nobody reads here. */
const silent: Logger = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  getChild: () => silent,
};

// Parts of it use one logger for all clients, a loglevel one although its type doesn't say so.
(sharedLogger as unknown as { setLevel(level: 'silent'): void }).setLevel('silent');

describe.each(homeservers)('two people with ordinary chat clients on the $name homeserver', (kind) => {
  let homeserver: RunningHomeserver;
  const clients: MatrixClient[] = [];

  beforeAll(async () => {
    homeserver = await kind.start();
  });
  afterAll(async () => {
    for (const client of clients) client.stopClient();
    await homeserver?.stop();
  });

  const chatClient = async (name: string): Promise<MatrixClient> => {
    const { userId, accessToken } = await homeserver.registerUser(name);
    const client = createClient({
      baseUrl: homeserver.url,
      userId,
      accessToken,
      deviceId: name.toUpperCase(),
      logger: silent,
    });
    clients.push(client);
    const ready = new Promise<void>((resolve) => {
      client.on(ClientEvent.Sync, (state) => state === SyncState.Prepared && resolve());
    });
    await client.startClient({ initialSyncLimit: 20 });
    await ready;
    return client;
  };

  test('meet in a room, talk, edit and redact', async () => {
    const alice = await chatClient('alice');
    const bob = await chatClient('bob');
    const heard: MatrixEvent[] = [];
    bob.on(RoomEvent.Timeline, (event) => void heard.push(event));
    const { room_id: roomId } = await alice.createRoom({ name: 'Tea', invite: [String(bob.getUserId())] });
    await eventually(() => expect(bob.getRoom(roomId)?.getMyMembership()).toBe('invite'));
    await bob.joinRoom(roomId);
    const { event_id: eventId } = await alice.sendTextMessage(roomId, 'One lump or two?');
    await eventually(() => expect(heard.map((event) => event.getContent()['body'])).toContain('One lump or two?'));
    await alice.sendMessage(roomId, {
      msgtype: MsgType.Text,
      body: '* Milk?',
      'm.new_content': { msgtype: MsgType.Text, body: 'Milk?' },
      'm.relates_to': { rel_type: RelationType.Replace, event_id: eventId },
    });
    await eventually(() => expect(bob.getRoom(roomId)?.findEventById(eventId)?.getContent()['body']).toBe('Milk?'));
    await bob.sendTyping(roomId, true, 20_000);
    await eventually(() => expect(alice.getRoom(roomId)?.getMember(String(bob.getUserId()))?.typing).toBe(true));
    await alice.redactEvent(roomId, eventId);
    await eventually(() => expect(bob.getRoom(roomId)?.findEventById(eventId)?.isRedacted()).toBe(true));
    await bob.leave(roomId);
    await eventually(() => expect(alice.getRoom(roomId)?.getMember(String(bob.getUserId()))?.membership).toBe('leave'));
  });
});
