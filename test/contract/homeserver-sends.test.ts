import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Caller,
  encoded,
  join,
  type Lab,
  makeRoom,
  ok,
  openLab,
  readEvent,
  send,
  unique,
} from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

describe.each(homeservers)('sending to the $name homeserver', (kind) => {
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
  afterAll(() => lab?.stop());

  const path = (what: string): string => `/v3/rooms/${encoded(roomId)}/${what}`;
  const messages = async (who: Caller, query: Record<string, string> = {}) =>
    (await ok(who.call('GET', path('messages'), undefined, { dir: 'b', limit: '50', ...query }))) as {
      chunk: { event_id: string; unsigned: Record<string, unknown> }[];
      end?: string;
    };

  test('the same transaction id by the same ghost is the same event', async () => {
    const id = unique();
    expect(await send(ghost, roomId, 'one', id)).toBe(await send(ghost, roomId, 'one', id));
  });

  test('two ghosts that use one transaction id on one path get one event: the second message is lost', async () => {
    const other = await lab.ghost();
    await join(other, roomId);
    const id = unique();
    const first = await send(ghost, roomId, 'of the first', id);
    expect(await send(other, roomId, 'of the second', id)).toBe(first);
  });

  test('two people may use one transaction id', async () => {
    const bob = await lab.person();
    await join(bob, roomId);
    const id = unique();
    expect(await send(alice, roomId, 'alice', id)).not.toBe(await send(bob, roomId, 'bob', id));
  });

  test('somebody is called in a room that is not public', async () => {
    const call = { call_id: 'one', version: '1', lifetime: 60_000, offer: { type: 'offer', sdp: 'v=0' } };
    const invite = (room: string) =>
      alice.call('PUT', `/v3/rooms/${encoded(room)}/send/m.call.invite/${unique()}`, call);
    const { status, body } = await invite(roomId);
    expect([status, body['errcode'], body['error']]).toEqual([
      403,
      'M_FORBIDDEN',
      'Call invites are not allowed in public rooms.',
    ]);
    const hidden = await makeRoom(alice, { preset: 'private_chat' });
    expect((await invite(hidden)).status).toBe(200);
  });

  test('a failed send may be tried again with its transaction id', async () => {
    const shy = await lab.ghost();
    const id = unique();
    const refused = await shy.call('PUT', path(`send/m.room.message/${id}`), { msgtype: 'm.text', body: 'x' });
    expect(refused).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    await join(shy, roomId);
    expect(await send(shy, roomId, 'x', id)).toMatch(/^\$/);
  });

  test('with a device the transaction id counts for the room, whatever the type of event', async () => {
    const id = unique();
    const message = await send(ghost, roomId, 'first', id);
    const notice = await ok(ghost.call('PUT', path(`send/org.example.other/${id}`), { a: 1 }));
    expect(notice['event_id']).toBe(message);
    const redaction = await ok(ghost.call('PUT', path(`redact/${encoded(message)}/${id}`), {}));
    expect(redaction['event_id']).toBe(message);
  });

  test('only the ghost that sent an event, on the same device, is shown its transaction id', async () => {
    const withDevice = unique();
    const without = unique();
    const first = await send(ghost, roomId, 'with device', withDevice);
    const plain = lab.as(ghost.userId, { device: false });
    const second = await send(plain, roomId, 'without', without);
    const shown = async (who: Caller, eventId: string) =>
      (await readEvent(who, roomId, eventId)).unsigned?.['transaction_id'];
    expect(await shown(ghost, first)).toBe(withDevice);
    expect(await shown(plain, first)).toBeUndefined();
    expect(await shown(alice, first)).toBeUndefined();
    expect(await shown(lab.as(ghost.userId), second)).toBe(without);
    expect(await shown(plain, second)).toBe(without);
    const page = await messages(ghost);
    expect(page.chunk.find((event) => event.event_id === first)?.unsigned['transaction_id']).toBe(withDevice);
  });

  test('an unknown device is refused', async () => {
    const answer = await ghost.call(
      'PUT',
      path(`send/m.room.message/${unique()}`),
      { body: 'x' },
      { device_id: 'NOBODY' },
    );
    expect(answer).toMatchObject({ status: 400, body: { errcode: expect.stringMatching(/M_UNKNOWN_DEVICE$/) } });
  });

  test('a second equal reaction by one person is a duplicate, until the first is redacted', async () => {
    const target = await send(alice, roomId, 'react to me');
    const react = (id: string) =>
      ghost.call('PUT', path(`send/m.reaction/${id}`), {
        'm.relates_to': { rel_type: 'm.annotation', event_id: target, key: '👍' },
      });
    const first = await ok(react(unique()));
    expect(await react(unique())).toMatchObject({ status: 400, body: { errcode: 'M_DUPLICATE_ANNOTATION' } });
    await ok(ghost.call('PUT', path(`redact/${encoded(String(first['event_id']))}/${unique()}`), {}));
    expect((await react(unique())).status).toBe(200);
  });

  test('a relation to an event nobody knows is refused', async () => {
    const answer = await ghost.call('PUT', path(`send/m.reaction/${unique()}`), {
      'm.relates_to': { rel_type: 'm.annotation', event_id: `$${'x'.repeat(43)}`, key: '👍' },
    });
    expect(answer.status).toBe(400);
  });

  test('an application service may set the time of an event, a person not', async () => {
    const at = 1_500_000_000_000;
    const old = await send(ghost, roomId, 'old', unique(), { ts: String(at) });
    expect((await readEvent(ghost, roomId, old)).origin_server_ts).toBe(at);
    const now = await send(alice, roomId, 'now', unique(), { ts: String(at) });
    expect((await readEvent(alice, roomId, now)).origin_server_ts).toBeGreaterThan(at);
  });

  test('an event may have 65,536 bytes with all that the server adds to it', async () => {
    const say = (length: number) =>
      alice.call('PUT', path(`send/m.room.message/${unique()}`), { msgtype: 'm.text', body: 'x'.repeat(length) });
    // Found by trying: the limit is at 64,878 with these names, give or take the digits of the event's depth.
    expect((await say(64_870)).status).toBe(200);
    expect(await say(64_886)).toMatchObject({ status: 413, body: { errcode: 'M_TOO_LARGE' } });
  });

  test('a lone surrogate is a plain server error, a NUL is content', async () => {
    const answer = await ghost.call(
      'PUT',
      path(`send/m.room.message/${unique()}`),
      '{"msgtype":"m.text","body":"\\ud800"}',
    );
    expect(answer.status).toBe(500);
    const nul = await send(ghost, roomId, 'a\u0000b');
    expect((await readEvent(alice, roomId, nul)).content['body']).toBe('a\u0000b');
  });

  test('a float or a body that is no JSON is refused with its errcode', async () => {
    expect(await ghost.call('PUT', path(`send/m.room.message/${unique()}`), { n: 1.5 })).toMatchObject({
      status: 400,
      body: { errcode: 'M_UNKNOWN' },
    });
    expect(await ghost.call('PUT', path(`send/m.room.message/${unique()}`), 'hello')).toMatchObject({
      status: 400,
      body: { errcode: 'M_NOT_JSON' },
    });
  });

  test('a redaction empties the event and says why', async () => {
    const target = await send(alice, roomId, 'secret');
    const redaction = await ok(alice.call('PUT', path(`redact/${encoded(target)}/${unique()}`), { reason: 'oops' }));
    const left = await readEvent(ghost, roomId, target);
    expect(left.content).toEqual({});
    expect(left.unsigned?.['redacted_because']).toMatchObject({
      event_id: redaction['event_id'],
      content: { redacts: target, reason: 'oops' },
    });
  });

  test("redacting another's event needs power; redacting twice and redacting the unknown do not fail", async () => {
    const target = await send(alice, roomId, 'mine');
    expect(await ghost.call('PUT', path(`redact/${encoded(target)}/${unique()}`), {})).toMatchObject({
      status: 403,
      body: { errcode: 'M_FORBIDDEN' },
    });
    expect((await alice.call('PUT', path(`redact/${encoded(target)}/${unique()}`), {})).status).toBe(200);
    expect((await alice.call('PUT', path(`redact/${encoded(target)}/${unique()}`), {})).status).toBe(200);
    expect((await alice.call('PUT', path(`redact/${encoded(`$${'y'.repeat(43)}`)}/${unique()}`), {})).status).toBe(200);
  });

  test('state with the same content by the same sender is the same event', async () => {
    const set = () => alice.call('PUT', path('state/org.example.marker/key'), { a: 1, b: 2 });
    const first = await ok(set());
    expect(await ok(set())).toEqual(first);
    expect(await ok(ghost.call('GET', path('state/org.example.marker/key')))).toEqual({ a: 1, b: 2 });
    expect(await ghost.call('GET', path('state/org.example.absent/'))).toMatchObject({
      status: 404,
      body: { errcode: 'M_NOT_FOUND' },
    });
    expect(await ghost.call('PUT', path('state/org.example.marker/key'), { a: 2 })).toMatchObject({
      status: 403,
      body: { errcode: 'M_FORBIDDEN' },
    });
  });
});
