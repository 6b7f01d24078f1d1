import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, encoded, join, type Lab, makeRoom, ok, openLab, send } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

interface SyncAnswer {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Record<string, { timeline: { events: { type: string; event_id: string; content: { body?: string } }[]; limited: boolean }; state: { events: { type: string }[] }; ephemeral: { events: { type: string }[] } }>;
    readonly invite?: Record<string, { invite_state: { events: { type: string }[] } }>;
    readonly leave?: Record<string, unknown>;
  };
}

describe.each(homeservers)('media and sync of the $name homeserver', (kind) => {
  let lab: Lab;
  let alice: Caller;
  let ghost: Caller;

  beforeAll(async () => {
    lab = await openLab(kind);
    alice = await lab.person();
    ghost = await lab.ghost();
  });
  afterAll(() => lab?.stop());

  const create = async (who: Caller) => String((await ok(who.call('POST', '/_matrix/media/v1/create')))['content_uri']).slice('mxc://'.length);
  const upload = (who: Caller, media: string, bytes: string) => who.call('PUT', `/_matrix/media/v3/upload/${media}`, new TextEncoder().encode(bytes), { filename: 'a.txt' });
  const sync = async (who: Caller, since?: string, timeout = 0) =>
    (await ok(who.call('GET', '/v3/sync', undefined, { timeout: String(timeout), ...(since === undefined ? {} : { since }) }))) as unknown as SyncAnswer;

  test('a media id is filled once, by who made it', async () => {
    const media = await create(ghost);
    expect(await upload(alice, media, 'no')).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    expect((await upload(ghost, media, 'hello')).status).toBe(200);
    expect(await upload(ghost, media, 'again')).toMatchObject({ status: 409, body: { errcode: 'M_CANNOT_OVERWRITE_MEDIA' } });
    expect((await upload(ghost, `${lab.homeserver.serverName}/nosuchmedia`, 'x')).status).toBe(404);
  });

  test('media is downloaded with a token, and not at all the old way', async () => {
    const media = await create(ghost);
    await ok(upload(ghost, media, 'hello'));
    const get = (path: string, token?: string) => fetch(`${lab.homeserver.url}${path}${media}`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });
    const token = lab.registration.asToken.reveal();
    expect(await (await get('/_matrix/client/v1/media/download/', token)).text()).toBe('hello');
    expect((await get('/_matrix/client/v1/media/download/')).status).toBe(401);
    expect((await get('/_matrix/media/v3/download/')).status).toBe(404);
  });

  test('media that was not uploaded yet says so', async () => {
    const answer = await ghost.call('GET', `/v1/media/download/${await create(ghost)}`, undefined, { timeout_ms: '100' });
    expect(answer).toMatchObject({ status: 504, body: { errcode: 'M_NOT_YET_UPLOADED' } });
  });

  test('the upload limit is told', async () => {
    expect(await ok(ghost.call('GET', '/v1/media/config'))).toEqual({ 'm.upload.size': 52_428_800 });
  });

  test('the bot may not sync', async () => {
    expect((await lab.bot.call('GET', '/v3/sync')).status).toBe(500);
  });

  test('a person sees rooms at first, then only what is new, as it happens', async () => {
    const roomId = await makeRoom(alice, { name: 'Synced' });
    await join(ghost, roomId);
    await send(ghost, roomId, 'one');
    const first = await sync(alice);
    const room = first.rooms?.join?.[roomId];
    const types = [...(room?.state.events ?? []), ...(room?.timeline.events ?? [])].map((event) => event.type);
    expect(types).toEqual(expect.arrayContaining(['m.room.create', 'm.room.name', 'm.room.message']));
    const waiting = sync(alice, first.next_batch, 20_000);
    await send(ghost, roomId, 'two');
    const second = await waiting;
    expect(second.rooms?.join?.[roomId]?.timeline.events.map((event) => event.content.body)).toEqual(['two']);
    await ok(ghost.call('PUT', `/v3/rooms/${encoded(roomId)}/typing/${encoded(ghost.userId)}`, { typing: true, timeout: 30_000 }));
    const third = await sync(alice, second.next_batch, 20_000);
    expect(third.rooms?.join?.[roomId]?.ephemeral.events).toMatchObject([{ type: 'm.typing', content: { user_ids: [ghost.userId] } }]);
  });

  test('a person sees invites, and that they left', async () => {
    const bob = await lab.person();
    const { next_batch: start } = await sync(bob);
    const roomId = await makeRoom(alice, { preset: 'private_chat', name: 'Come', invite: [bob.userId] });
    const invited = await sync(bob, start, 20_000);
    expect(invited.rooms?.invite?.[roomId]?.invite_state.events.map((event) => event.type)).toEqual(expect.arrayContaining(['m.room.name', 'm.room.member', 'm.room.join_rules']));
    await join(bob, roomId);
    const joined = await sync(bob, invited.next_batch, 20_000);
    expect(joined.rooms?.join?.[roomId]).toBeDefined();
    await ok(bob.call('POST', `/v3/rooms/${encoded(roomId)}/leave`, {}));
    const left = await sync(bob, joined.next_batch, 20_000);
    expect(left.rooms?.leave?.[roomId]).toBeDefined();
    expect((await sync(bob)).rooms?.leave?.[roomId]).toBeUndefined();
  });
});
