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

interface SyncAnswer {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Record<
      string,
      {
        timeline: { events: { type: string; event_id: string; content: { body?: string } }[]; limited: boolean };
        state: { events: { type: string }[] };
        ephemeral: { events: { type: string }[] };
      }
    >;
    readonly invite?: Record<string, { invite_state: { events: { type: string }[] } }>;
    readonly leave?: Record<string, unknown>;
  };
}

describe.each(homeservers)('reading from the $name homeserver', (kind) => {
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
  const create = async (who: Caller) =>
    String((await ok(who.call('POST', '/_matrix/media/v1/create')))['content_uri']).slice('mxc://'.length);
  const upload = (who: Caller, media: string, bytes: string) =>
    who.call('PUT', `/_matrix/media/v3/upload/${media}`, new TextEncoder().encode(bytes), { filename: 'a.txt' });
  const sync = async (who: Caller, since?: string, timeout = 0) =>
    (await ok(
      who.call('GET', '/v3/sync', undefined, { timeout: String(timeout), ...(since === undefined ? {} : { since }) }),
    )) as unknown as SyncAnswer;

  test('a media id is filled once, by who made it', async () => {
    const media = await create(ghost);
    expect(await upload(alice, media, 'no')).toMatchObject({ status: 403, body: { errcode: 'M_FORBIDDEN' } });
    expect((await upload(ghost, media, 'hello')).status).toBe(200);
    expect(await upload(ghost, media, 'again')).toMatchObject({
      status: 409,
      body: { errcode: 'M_CANNOT_OVERWRITE_MEDIA' },
    });
    expect((await upload(ghost, `${lab.homeserver.serverName}/nosuchmedia`, 'x')).status).toBe(404);
  });

  test('media is downloaded with a token, and not at all the old way', async () => {
    const media = await create(ghost);
    await ok(upload(ghost, media, 'hello'));
    const get = (endpoint: string, token?: string) =>
      fetch(`${lab.homeserver.url}${endpoint}${media}`, {
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      });
    const token = lab.registration.asToken.reveal();
    expect(await (await get('/_matrix/client/v1/media/download/', token)).text()).toBe('hello');
    expect((await get('/_matrix/client/v1/media/download/')).status).toBe(401);
    expect((await get('/_matrix/media/v3/download/')).status).toBe(404);
  });

  test('media that was not uploaded yet says so', async () => {
    const answer = await ghost.call('GET', `/v1/media/download/${await create(ghost)}`, undefined, {
      timeout_ms: '100',
    });
    expect(answer).toMatchObject({ status: 504, body: { errcode: 'M_NOT_YET_UPLOADED' } });
  });

  test('the upload limit is told', async () => {
    expect(await ok(ghost.call('GET', '/v1/media/config'))).toEqual({ 'm.upload.size': 52_428_800 });
  });

  test('the bot may not sync', async () => {
    expect((await lab.bot.call('GET', '/v3/sync')).status).toBe(500);
  });

  test('a person sees rooms at first, then only what is new, as it happens', async () => {
    const synced = await makeRoom(alice, { name: 'Synced' });
    await join(ghost, synced);
    await send(ghost, synced, 'one');
    const first = await sync(alice);
    const room = first.rooms?.join?.[synced];
    const types = [...(room?.state.events ?? []), ...(room?.timeline.events ?? [])].map((event) => event.type);
    expect(types).toEqual(expect.arrayContaining(['m.room.create', 'm.room.name', 'm.room.message']));
    const waiting = sync(alice, first.next_batch, 20_000);
    await send(ghost, synced, 'two');
    const second = await waiting;
    expect(second.rooms?.join?.[synced]?.timeline.events.map((event) => event.content.body)).toEqual(['two']);
    await ok(
      ghost.call('PUT', `/v3/rooms/${encoded(synced)}/typing/${encoded(ghost.userId)}`, {
        typing: true,
        timeout: 30_000,
      }),
    );
    const third = await sync(alice, second.next_batch, 20_000);
    expect(third.rooms?.join?.[synced]?.ephemeral.events).toMatchObject([
      { type: 'm.typing', content: { user_ids: [ghost.userId] } },
    ]);
  });

  test('a person sees invites, and that they left', async () => {
    const bob = await lab.person();
    const { next_batch: start } = await sync(bob);
    const offered = await makeRoom(alice, { preset: 'private_chat', name: 'Come', invite: [bob.userId] });
    const invited = await sync(bob, start, 20_000);
    expect(invited.rooms?.invite?.[offered]?.invite_state.events.map((event) => event.type)).toEqual(
      expect.arrayContaining(['m.room.name', 'm.room.member', 'm.room.join_rules']),
    );
    await join(bob, offered);
    const joined = await sync(bob, invited.next_batch, 20_000);
    expect(joined.rooms?.join?.[offered]).toBeDefined();
    await ok(bob.call('POST', `/v3/rooms/${encoded(offered)}/leave`, {}));
    const left = await sync(bob, joined.next_batch, 20_000);
    expect(left.rooms?.leave?.[offered]).toBeDefined();
    expect((await sync(bob)).rooms?.leave?.[offered]).toBeUndefined();
  });

  test('pages of messages lead to the beginning and end there', async () => {
    const small = await makeRoom(alice);
    for (const body of ['1', '2', '3']) await send(alice, small, body);
    const seen: string[] = [];
    let from: string | undefined;
    do {
      const page = (await ok(
        alice.call('GET', `/v3/rooms/${encoded(small)}/messages`, undefined, {
          dir: 'b',
          limit: '2',
          ...(from === undefined ? {} : { from }),
        }),
      )) as {
        chunk: { type: string; content: { body?: string } }[];
        end?: string;
      };
      seen.push(...page.chunk.map((event) => event.content.body ?? event.type));
      from = page.end;
    } while (from !== undefined);
    expect(seen.slice(0, 3)).toEqual(['3', '2', '1']);
    expect(seen.at(-1)).toBe('m.room.create');
    const forward = (await ok(
      alice.call('GET', `/v3/rooms/${encoded(small)}/messages`, undefined, { dir: 'f', limit: '1' }),
    )) as { chunk: { type: string }[] };
    expect(forward.chunk[0]?.type).toBe('m.room.create');
  });

  test('relations of an event are listed without redacted ones, and the newest edit by time is bundled', async () => {
    const target = await send(alice, roomId, 'first');
    const edit = async (body: string, ts: number) =>
      String(
        (
          await ok(
            lab.as(ghost.userId).call(
              'PUT',
              path(`send/m.room.message/${unique()}`),
              {
                body: `* ${body}`,
                msgtype: 'm.text',
                'm.new_content': { body, msgtype: 'm.text' },
                'm.relates_to': { rel_type: 'm.replace', event_id: own },
              },
              { ts: String(ts) },
            ),
          )
        )['event_id'],
      );
    const own = await send(ghost, roomId, 'own', unique(), { ts: '1600000000000' });
    const newer = await edit('newer', 1_600_000_002_000);
    await edit('older', 1_600_000_001_000);
    const bundled = (await readEvent(alice, roomId, own)).unsigned?.['m.relations'] as {
      'm.replace'?: { event_id: string };
    };
    expect(bundled['m.replace']?.event_id).toBe(newer);
    const gone = String(
      (
        await ok(
          ghost.call('PUT', path(`send/m.reaction/${unique()}`), {
            'm.relates_to': { rel_type: 'm.annotation', event_id: target, key: 'x' },
          }),
        )
      )['event_id'],
    );
    const stays = String(
      (
        await ok(
          alice.call('PUT', path(`send/m.reaction/${unique()}`), {
            'm.relates_to': { rel_type: 'm.annotation', event_id: target, key: 'x' },
          }),
        )
      )['event_id'],
    );
    await ok(ghost.call('PUT', path(`redact/${encoded(gone)}/${unique()}`), {}));
    const listed = (await ok(
      alice.call('GET', `/v1/rooms/${encoded(roomId)}/relations/${encoded(target)}/m.annotation`),
    )) as { chunk: { event_id: string }[] };
    expect(listed.chunk.map((event) => event.event_id)).toEqual([stays]);
  });
});
