import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  bodiesIn,
  type Caller,
  encoded,
  join,
  type Lab,
  makeRoom,
  ok,
  openLab,
  pushed,
  send,
  unique,
} from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventually } from '../support/eventually.ts';

describe.each(homeservers)('what the $name homeserver pushes', (kind) => {
  let lab: Lab;
  let alice: Caller;
  let ghost: Caller;
  let roomId: string;

  beforeAll(async () => {
    lab = await openLab(kind);
    alice = await lab.person();
    ghost = await lab.ghost();
    roomId = await makeRoom(alice);
    await join(ghost, roomId);
  });
  afterEach(async () => {
    lab.service.onTransaction = () => 'ok';
    lab.service.onUserQuery = () => 404;
    lab.service.onPing = 'ok';
    lab.service.release();
    await settled();
  });
  afterAll(() => lab?.stop());

  const ping = () => lab.bot.call('POST', `/v1/appservice/${lab.registration.id}/ping`, { transaction_id: 'hello' });

  /** Nothing is left from earlier: a fresh message went through, with a ping in case the service counts as down. */
  const settled = async (): Promise<void> => {
    const eventId = await send(alice, roomId, 'settle');
    await ping();
    await pushed(lab.service, eventId);
  };

  test("a person's message arrives with its content, and the token for our side in the header", async () => {
    const eventId = await send(alice, roomId, 'hello');
    const event = await pushed(lab.service, eventId);
    expect(event).toMatchObject({
      type: 'm.room.message',
      room_id: roomId,
      sender: alice.userId,
      content: { body: 'hello' },
    });
    const transaction = lab.service.transactions.find((candidate) => candidate.events.includes(event));
    expect(transaction?.authorization).toBe(`Bearer ${lab.registration.hsToken.reveal()}`);
    expect(Object.keys(transaction?.body ?? {})).toEqual(
      expect.arrayContaining(['de.sorunome.msc2409.ephemeral', 'de.sorunome.msc2409.to_device', 'ephemeral', 'events']),
    );
  });

  test("a ghost's own message comes back, without its transaction id", async () => {
    const event = await pushed(lab.service, await send(ghost, roomId, 'mine'));
    expect(event.sender).toBe(ghost.userId);
    expect(event.unsigned?.['transaction_id']).toBeUndefined();
  });

  test('an invite of one of ours shows what the room says of itself', async () => {
    const other = await makeRoom(alice);
    await ok(alice.call('PUT', `/v3/rooms/${encoded(other)}/state/m.room.name/`, { name: 'Town hall' }));
    await ok(alice.call('POST', `/v3/rooms/${encoded(other)}/invite`, { user_id: ghost.userId }));
    const invite = await eventually(() => {
      const found = lab.service.events().find((event) => event.room_id === other && event.state_key === ghost.userId);
      if (found === undefined) throw new Error('the invite has not come yet');
      return found;
    });
    const shown = invite.unsigned?.['invite_room_state'] as Record<string, unknown>[];
    expect(shown.map(({ type }) => type)).toEqual(expect.arrayContaining(['m.room.create', 'm.room.join_rules']));
    expect(shown.find(({ type }) => type === 'm.room.name')).toMatchObject({
      state_key: '',
      sender: alice.userId,
      content: { name: 'Town hall' },
    });
  });

  test('an invite is pushed, messages between it and the join are not, though they can be read afterwards', async () => {
    const other = await makeRoom(alice);
    await send(alice, other, 'before the invite');
    await ok(alice.call('POST', `/v3/rooms/${encoded(other)}/invite`, { user_id: ghost.userId }));
    await eventually(() =>
      expect(lab.service.events().some((event) => event.room_id === other && event.state_key === ghost.userId)).toBe(
        true,
      ),
    );
    await send(alice, other, 'between');
    // Interest is judged when the stream is read; a push from elsewhere shows that it was.
    await settled();
    await join(ghost, other);
    await pushed(lab.service, await send(alice, other, 'after'));
    expect(bodiesIn(lab.service.events(), other)).toEqual(['after']);
    const page = (await ok(ghost.call('GET', `/v3/rooms/${encoded(other)}/messages`, undefined, { dir: 'b' }))) as {
      chunk: { content: { body?: string } }[];
    };
    expect(page.chunk.flatMap((event) => event.content.body ?? [])).toEqual(['after', 'between', 'before the invite']);
  });

  test('after the last ghost left nothing more is pushed', async () => {
    const other = await makeRoom(alice);
    await join(ghost, other);
    await pushed(lab.service, await send(alice, other, 'heard'));
    await ok(ghost.call('POST', `/v3/rooms/${encoded(other)}/leave`, {}));
    await settled();
    await send(alice, other, 'unheard');
    await settled();
    expect(bodiesIn(lab.service.events(), other)).toEqual(['heard']);
  });

  test('a room with an alias of ours is pushed without any member of ours', async () => {
    const aliased = await makeRoom(lab.bot, { room_alias_name: `rc_${unique()}` });
    await join(alice, aliased);
    await ok(lab.bot.call('POST', `/v3/rooms/${encoded(aliased)}/leave`, {}));
    const event = await pushed(lab.service, await send(alice, aliased, 'still heard'));
    expect(event.room_id).toBe(aliased);
  });

  test('an invite to a ghost nobody knows asks for it, and is pushed although the answer was no', async () => {
    const userId = `@rc_${unique()}:${lab.homeserver.serverName}`;
    await ok(alice.call('POST', `/v3/rooms/${encoded(roomId)}/invite`, { user_id: userId }));
    await eventually(() => expect(lab.service.events().some((event) => event.state_key === userId)).toBe(true));
    expect(lab.service.questions.some((question) => question.includes(`/users/${userId}`))).toBe(true);
  });

  test('a user query without an answer holds up other rooms', async () => {
    const other = await makeRoom(alice);
    await join(ghost, other);
    await settled();
    lab.service.onUserQuery = () => 'hold';
    const stranger = `@rc_${unique()}:${lab.homeserver.serverName}`;
    await ok(alice.call('POST', `/v3/rooms/${encoded(roomId)}/invite`, { user_id: stranger }));
    await eventually(() => expect(lab.service.questions.some((question) => question.includes(stranger))).toBe(true));
    const late = await send(alice, other, 'waits');
    await ping();
    expect(lab.service.events().some((event) => event.event_id === late)).toBe(false);
    lab.service.onUserQuery = () => 404;
    lab.service.release();
    await pushed(lab.service, late);
  });

  test("the profile of a ghost that was never made is unknown, and we aren't asked", async () => {
    const userId = `@rc_${unique()}:${lab.homeserver.serverName}`;
    expect(await alice.call('GET', `/v3/profile/${encoded(userId)}`)).toMatchObject({
      status: 404,
      body: { errcode: 'M_UNKNOWN' },
    });
    expect(lab.service.questions.some((question) => question.includes(userId))).toBe(false);
  });

  test('one transaction is in flight, the rest comes in order and at most a hundred at a time', async () => {
    lab.service.onTransaction = () => 'hold';
    const first = await send(alice, roomId, 'in flight');
    await pushed(lab.service, first);
    const before = lab.service.transactions.length;
    for (let index = 0; index < 120; index += 1) await send(alice, roomId, `burst ${index}`);
    expect(lab.service.transactions.length).toBe(before);
    lab.service.onTransaction = () => 'ok';
    lab.service.release();
    await settled();
    const rest = lab.service.transactions.slice(before);
    expect(Math.max(...rest.map((transaction) => transaction.events.length))).toBeLessThanOrEqual(100);
    const burst = bodiesIn(
      rest.flatMap((transaction) => transaction.events),
      roomId,
    ).filter((body) => String(body).startsWith('burst'));
    expect(burst).toEqual(Array.from({ length: 120 }, (_, index) => `burst ${index}`));
  });

  test.each([[500], [403], ['no-length'], ['not-json']] as const)(
    'an answer of %s is tried again under the same id',
    async (reaction) => {
      lab.service.onTransaction = () => reaction;
      const eventId = await send(alice, roomId, 'again');
      await pushed(lab.service, eventId);
      lab.service.onTransaction = () => 'ok';
      const sendings = () =>
        lab.service.transactions.filter((transaction) =>
          transaction.events.some((event) => event.event_id === eventId),
        );
      await eventually(() => expect(sendings().length).toBeGreaterThan(1));
      expect(new Set(sendings().map((transaction) => transaction.id)).size).toBe(1);
    },
  );

  test('a chunked answer is fine', async () => {
    lab.service.onTransaction = () => 'chunked';
    const eventId = await send(alice, roomId, 'chunked');
    await pushed(lab.service, eventId);
    await pushed(lab.service, await send(alice, roomId, 'next'));
    expect(lab.service.events().filter((event) => event.event_id === eventId)).toHaveLength(1);
  });

  test('while we are down each event waits in a transaction of its own, and a ping wakes the sender', async () => {
    lab.service.onTransaction = () => 503;
    await pushed(lab.service, await send(alice, roomId, 'fails'));
    await eventually(async () => {
      // Until the failed answer was taken in, a message still joins the transaction after it.
      await pushed(lab.service, await send(alice, roomId, 'down?'), 300).then(
        () => Promise.reject(new Error('still tried at once')),
        () => undefined,
      );
    });
    const ids = [
      await send(alice, roomId, 'down 1'),
      await send(alice, roomId, 'down 2'),
      await send(alice, roomId, 'down 3'),
    ];
    lab.service.onTransaction = () => 'ok';
    await ok(ping());
    for (const eventId of ids) await pushed(lab.service, eventId);
    for (const eventId of ids) {
      const sent = lab.service.transactions.filter((transaction) =>
        transaction.events.some((event) => event.event_id === eventId),
      );
      expect(sent.at(-1)?.events).toHaveLength(1);
    }
    const order = lab.service.events().filter((event) => ids.includes(event.event_id));
    expect([...new Set(order.map((event) => event.event_id))]).toEqual(ids);
  });

  test('a message redacted before it could be pushed arrives empty, with the redaction', async () => {
    lab.service.onTransaction = () => 503;
    const eventId = await send(alice, roomId, 'never seen');
    await pushed(lab.service, eventId);
    await ok(alice.call('PUT', `/v3/rooms/${encoded(roomId)}/redact/${encoded(eventId)}/${unique()}`, {}));
    const before = lab.service.transactions.length;
    lab.service.onTransaction = () => 'ok';
    await eventually(async () => {
      await ping();
      const event = lab.service.transactions
        .slice(before)
        .flatMap((transaction) => transaction.events)
        .find((candidate) => candidate.event_id === eventId);
      expect(event?.content).toEqual({});
      expect(event?.unsigned?.['redacted_because']).toMatchObject({ type: 'm.room.redaction' });
    });
  });

  test('typing and receipts come as ephemeral events, under both names', async () => {
    const eventId = await send(ghost, roomId, 'read me');
    await ok(
      alice.call('PUT', `/v3/rooms/${encoded(roomId)}/typing/${encoded(alice.userId)}`, {
        typing: true,
        timeout: 10_000,
      }),
    );
    await ok(alice.call('POST', `/v3/rooms/${encoded(roomId)}/receipt/m.read/${encoded(eventId)}`, {}));
    const seen = (field: string, type: string) =>
      lab.service.transactions
        .flatMap(
          (transaction) => (transaction.body[field] ?? []) as { type: string; room_id?: string; content: unknown }[],
        )
        .find((event) => event.type === type);
    for (const field of ['ephemeral', 'de.sorunome.msc2409.ephemeral']) {
      await eventually(() =>
        expect(seen(field, 'm.typing')).toMatchObject({ room_id: roomId, content: { user_ids: [alice.userId] } }),
      );
      await eventually(() =>
        expect(seen(field, 'm.receipt')?.content).toHaveProperty([eventId, 'm.read', alice.userId]),
      );
    }
  });

  test('a ping reaches us with its transaction id, and says what was wrong when it fails', async () => {
    expect(await ok(ping())).toMatchObject({ duration_ms: expect.any(Number) });
    expect(
      lab.service.questions.some(
        (question) => question.startsWith('POST /_matrix/app/v1/ping') && question.includes('"hello"'),
      ),
    ).toBe(true);
    lab.service.onPing = 401;
    expect(await ping()).toMatchObject({ status: 502, body: { errcode: 'M_BAD_STATUS', status: 401 } });
    lab.service.onPing = 'no-length';
    expect(await ping()).toMatchObject({ status: 502, body: { errcode: 'M_CONNECTION_FAILED' } });
    expect(await lab.bot.call('POST', '/v1/appservice/another/ping', {})).toMatchObject({
      status: 403,
      body: { errcode: 'M_FORBIDDEN' },
    });
    expect(await alice.call('POST', `/v1/appservice/${lab.registration.id}/ping`, {})).toMatchObject({ status: 403 });
  });
});
