import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventId, MatrixRoomId, MatrixUserId } from '../../src/lib/core/ids.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { eventually } from '../support/eventually.ts';
import { clientsOf, type LabClients, newGhost, newPerson } from '../support/homeserver-clients.ts';
import { type Lab, openLab, pushed, unique } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

interface Ephemeral {
  readonly type: string;
  readonly room_id?: string;
  readonly sender?: string;
  readonly content: Record<string, unknown>;
}

/** All that were pushed, in order. */
const ephemeralIn = (lab: Lab): Ephemeral[] =>
  lab.service.transactions.flatMap((transaction) => (transaction.body['ephemeral'] ?? []) as Ephemeral[]);

const typingIn = (lab: Lab, roomId: string): unknown[] =>
  ephemeralIn(lab)
    .filter((event) => event.type === 'm.typing' && event.room_id === roomId)
    .map((event) => event.content['user_ids']);

interface Receipt {
  readonly eventId: string;
  readonly type: string;
  readonly userId: string;
  readonly thread: unknown;
}

function receiptsIn(lab: Lab, roomId: string): Receipt[] {
  const receipts: Receipt[] = [];
  for (const event of ephemeralIn(lab)) {
    if (event.type !== 'm.receipt' || event.room_id !== roomId) continue;
    for (const [eventId, types] of Object.entries(event.content as Record<string, Record<string, object>>)) {
      for (const [type, users] of Object.entries(types)) {
        for (const [userId, data] of Object.entries(users as Record<string, Record<string, unknown>>))
          receipts.push({ eventId, type, userId, thread: data['thread_id'] });
      }
    }
  }
  return receipts;
}

const message = { msgtype: 'm.text', body: 'hello' };
const say = (who: MatrixApi, roomId: MatrixRoomId, content: Record<string, unknown> = message): Promise<EventId> =>
  who.sendEvent(roomId, 'm.room.message', unique(), content);

describe.each(homeservers)('what passes by on the $name homeserver', (kind) => {
  let lab: Lab;
  let clients: LabClients;
  let alice: MatrixApi;
  let bob: MatrixApi;
  let ghost: MatrixApi;
  let roomId: MatrixRoomId;

  beforeAll(async () => {
    lab = await openLab(kind, { ephemeral: 'all', presence: true });
    clients = await clientsOf(lab);
    [alice, bob, ghost] = [await newPerson(clients), await newPerson(clients), await newGhost(clients)];
    roomId = await newRoom();
  });
  afterAll(() => lab?.stop());

  const newRoom = async (): Promise<MatrixRoomId> => {
    const made = await clients.bot.createRoom({ preset: 'public_chat', visibility: 'private' });
    await Promise.all([ghost.join(made), alice.join(made), bob.join(made)]);
    return made;
  };

  test('somebody types, goes on typing and stops: the bridge is told of the beginning and the end', async () => {
    await alice.setTyping(roomId, true, 30_000);
    await eventually(() => expect(typingIn(lab, roomId)).toEqual([[alice.userId]]));
    await alice.setTyping(roomId, true, 30_000);
    await alice.setTyping(roomId, false, 0);
    await alice.setTyping(roomId, false, 0);
    await eventually(() => expect(typingIn(lab, roomId)).toEqual([[alice.userId], []]));
    await bob.setTyping(roomId, true, 30_000);
    await eventually(() => expect(typingIn(lab, roomId)).toEqual([[alice.userId], [], [bob.userId]]));
    await bob.setTyping(roomId, false, 0);
  });

  test('a ghost types, and the bridge hears of that too', async () => {
    const room = await newRoom();
    await ghost.setTyping(room, true, 30_000);
    await eventually(() => expect(typingIn(lab, room)).toEqual([[ghost.userId]]));
    await ghost.setTyping(room, false, 0);
  });

  test('typing ends by itself, and with leaving', async () => {
    const [first, second] = [await newRoom(), await newRoom()];
    await alice.setTyping(first, true, 500);
    await alice.setTyping(second, true, 60_000);
    await eventually(() => expect(typingIn(lab, second)).toEqual([[alice.userId]]));
    await alice.leave(second);
    await eventually(() => expect(typingIn(lab, second).at(-1)).toEqual([]));
    await eventually(() => expect(typingIn(lab, first).at(-1)).toEqual([]));
  });

  test('only members type and read', async () => {
    const stranger = await newPerson(clients);
    const eventId = await say(alice, roomId);
    await expect(stranger.setTyping(roomId, true, 1000)).rejects.toMatchObject({ code: 'M_FORBIDDEN', status: 403 });
    await expect(stranger.sendReceipt(roomId, eventId)).rejects.toMatchObject({ status: 403 });
  });

  test('a receipt says how far somebody read, and never goes back', async () => {
    const room = await newRoom();
    const [first, second] = [await say(ghost, room), await say(ghost, room)];
    const one = (userId: string, eventId: string): Receipt => ({ eventId, type: 'm.read', userId, thread: undefined });
    await alice.sendReceipt(room, second);
    await alice.sendReceipt(room, first);
    await alice.sendReceipt(room, second);
    await bob.sendReceipt(room, second);
    await eventually(() => expect(receiptsIn(lab, room)).toContainEqual(one(bob.userId, second)));
    expect(receiptsIn(lab, room)).toHaveLength(2);
    expect(receiptsIn(lab, room)).toContainEqual(one(alice.userId, second));
  });

  test('a ghost reads, and people see it', async () => {
    const room = await newRoom();
    const eventId = await say(alice, room);
    await ghost.sendReceipt(room, eventId);
    await eventually(() =>
      expect(receiptsIn(lab, room)).toContainEqual({
        eventId,
        type: 'm.read',
        userId: ghost.userId,
        thread: undefined,
      }),
    );
  });

  test('a receipt for an event that nobody knows changes nothing', async () => {
    const room = await newRoom();
    const eventId = await say(ghost, room);
    const elsewhere = await say(ghost, roomId);
    await alice.sendReceipt(room, '$doesnotexist' as EventId);
    await alice.sendReceipt(room, elsewhere);
    await bob.sendReceipt(room, eventId);
    await eventually(() => expect(receiptsIn(lab, room)).toHaveLength(1));
  });

  test('a private receipt is pushed too, under its own name', async () => {
    const room = await newRoom();
    const eventId = await say(ghost, room);
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/receipt/m.read.private/${encodeURIComponent(eventId)}`;
    expect((await clients.callerOf(alice).call('POST', path, {})).status).toBe(200);
    await bob.sendReceipt(room, eventId);
    await eventually(() => expect(receiptsIn(lab, room).some(({ userId }) => userId === bob.userId)).toBe(true));
    expect(receiptsIn(lab, room).filter(({ userId }) => userId === alice.userId)).toEqual([
      { eventId, type: 'm.read.private', userId: alice.userId, thread: undefined },
    ]);
  });

  test('a thread is read for itself, and what is outside of threads too; the bridge is not told of which thread', async () => {
    const room = await newRoom();
    const root = await say(ghost, room);
    const relation = { rel_type: 'm.thread', event_id: root };
    const reply = await say(ghost, room, { ...message, 'm.relates_to': relation });
    await alice.sendReceipt(room, root, 'main');
    await alice.sendReceipt(room, reply, root);
    await bob.sendReceipt(room, root, root);
    const of = (who: MatrixApi) => receiptsIn(lab, room).filter((receipt) => receipt.userId === who.userId);
    await eventually(() => expect(of(bob)).toMatchObject([{ eventId: root, thread: undefined }]));
    expect(new Set(of(alice).map(({ eventId }) => eventId))).toEqual(new Set([root, reply]));
    expect(of(alice).map(({ thread }) => thread)).toEqual([undefined, undefined]);
    const refused = { status: 400, code: 'M_INVALID_PARAM' };
    await expect(alice.sendReceipt(room, reply, 'main')).rejects.toMatchObject(refused);
    await expect(alice.sendReceipt(room, root, reply)).rejects.toMatchObject(refused);
    await expect(alice.sendReceipt(room, root, '' as EventId)).rejects.toMatchObject(refused);
  });

  test('presence is told of people in our rooms and of ghosts, with the words they put to it', async () => {
    await alice.setPresence('unavailable', 'at lunch');
    await ghost.setPresence('online');
    const of = (who: MatrixApi) =>
      ephemeralIn(lab).findLast((event) => event.type === 'm.presence' && event.sender === who.userId)?.content;
    await eventually(() => expect(of(alice)).toMatchObject({ presence: 'unavailable', status_msg: 'at lunch' }));
    await eventually(() => expect(of(ghost)).toMatchObject({ presence: 'online', currently_active: true }));
    await expect(alice.setPresence('lost' as 'online')).rejects.toMatchObject({ status: 400 });
  });
});

describe.each(homeservers)('a $name homeserver that is told to be quiet', (kind) => {
  let lab: Lab;
  afterAll(() => lab?.stop());

  test('pushes no typing, no receipts and no presence, and takes presence without keeping it', async () => {
    lab = await openLab(kind, { ephemeral: 'none' });
    const clients = await clientsOf(lab);
    const [alice, ghost] = [await newPerson(clients), await newGhost(clients)];
    const roomId = await clients.bot.createRoom({ preset: 'public_chat', visibility: 'private' });
    await Promise.all([ghost.join(roomId), alice.join(roomId)]);
    await alice.setTyping(roomId, true, 30_000);
    await alice.sendReceipt(roomId, await say(ghost, roomId));
    await alice.setPresence('online', 'here');
    await ghost.setPresence('offline');
    await pushed(lab.service, await say(alice, roomId));
    // Two more transactions: whatever was on its way with the first had its turn.
    await pushed(lab.service, await say(alice, roomId));
    expect(ephemeralIn(lab)).toEqual([]);
    expect(
      (await clients.callerOf(alice).call('GET', `/v3/presence/${encodeURIComponent(alice.userId)}/status`)).body,
    ).toEqual({ presence: 'offline' });
  });
});

describe.each(homeservers)('reactions, pins and powers on the $name homeserver', (kind) => {
  let lab: Lab;
  let clients: LabClients;
  let ghost: MatrixApi;
  let roomId: MatrixRoomId;

  beforeAll(async () => {
    lab = await openLab(kind);
    clients = await clientsOf(lab);
    ghost = await newGhost(clients);
    roomId = await clients.bot.createRoom({ preset: 'public_chat', visibility: 'private' });
    await ghost.join(roomId);
  });
  afterAll(() => lab?.stop());

  const react = (who: MatrixApi, eventId: EventId, key: string): Promise<EventId> =>
    who.sendEvent(roomId, 'm.reaction', unique(), {
      'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key },
    });

  test('the same reaction twice is refused as a duplicate until the first is taken back', async () => {
    const eventId = await say(ghost, roomId);
    const first = await react(ghost, eventId, '👍️');
    await expect(react(ghost, eventId, '👍️')).rejects.toMatchObject({
      side: 'homeserver',
      failure: 'refused',
      status: 400,
      code: 'M_DUPLICATE_ANNOTATION',
    });
    await react(clients.bot, eventId, '👍️');
    await react(ghost, eventId, '👍');
    await ghost.redact(roomId, first, unique());
    expect(await react(ghost, eventId, '👍️')).not.toBe(first);
  });

  test('pins are the list of event ids, for those with the power', async () => {
    const eventId = await say(ghost, roomId);
    expect(await ghost.state(roomId, 'm.room.pinned_events', '')).toBeUndefined();
    await clients.bot.sendState(roomId, 'm.room.pinned_events', '', { pinned: [eventId] });
    expect(await ghost.state(roomId, 'm.room.pinned_events', '')).toEqual({ pinned: [eventId] });
    await expect(ghost.sendState(roomId, 'm.room.pinned_events', '', { pinned: [] })).rejects.toMatchObject({
      code: 'M_FORBIDDEN',
    });
    const levels = await clients.bot.state(roomId, 'm.room.power_levels', '');
    const users = { ...(levels?.['users'] as Record<MatrixUserId, number>), [ghost.userId]: 50 };
    await clients.bot.sendState(roomId, 'm.room.power_levels', '', { ...levels, users });
    await ghost.sendState(roomId, 'm.room.pinned_events', '', { pinned: [] });
    expect(await clients.bot.state(roomId, 'm.room.pinned_events', '')).toEqual({ pinned: [] });
  });
});
