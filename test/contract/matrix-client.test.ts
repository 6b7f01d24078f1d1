import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { EventId, MatrixRoomAlias, MatrixRoomId, MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { eventually } from '../support/eventually.ts';
import { type Lab, openLab, unique } from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';

const message = (body: string): Record<string, unknown> => ({ msgtype: 'm.text', body });

describe.each(homeservers)('the client on the $name homeserver', (kind) => {
  let lab: Lab;
  let bot: MatrixApi;
  let ghost: MatrixApi;
  let alice: MatrixApi;
  let roomId: MatrixRoomId;

  const common = () => ({
    baseUrl: lab.homeserver.url,
    serverName: lab.homeserver.serverName as ServerName,
    clock: systemClock,
    log: silentLog,
  });
  const person = async (): Promise<MatrixApi> => {
    const { userId, accessToken } = await lab.homeserver.registerUser(`person-${unique()}`);
    return createMatrixApi({ ...common(), userId: userId as MatrixUserId, accessToken: new Secret(accessToken) });
  };
  const newGhost = async (): Promise<MatrixApi> => {
    const localpart = `rc_${unique()}`;
    await bot.registerGhost(localpart);
    const api = bot.as(`@${localpart}:${lab.homeserver.serverName}` as MatrixUserId);
    await api.ensureDevice();
    return api;
  };

  beforeAll(async () => {
    lab = await openLab(kind);
    const userId = `@${lab.registration.senderLocalpart}:${lab.homeserver.serverName}` as MatrixUserId;
    bot = await createMatrixApi({ ...common(), userId, asToken: lab.registration.asToken });
    await bot.registerGhost(lab.registration.senderLocalpart);
    await bot.ensureDevice();
    [ghost, alice] = [await newGhost(), await person()];
    roomId = await bot.createRoom({ preset: 'public_chat', visibility: 'private', name: 'Portal', topic: 'About' });
    await Promise.all([ghost.join(roomId), alice.join(roomId)]);
  });
  afterAll(() => lab?.stop());

  test('knows the homeserver and itself', async () => {
    const versions = await bot.versions();
    expect(versions.versions.length).toBeGreaterThan(0);
    expect(await bot.whoami()).toEqual({ userId: bot.userId });
    expect(await ghost.whoami()).toEqual({ userId: ghost.userId });
    expect(await alice.whoami()).toEqual({ userId: alice.userId });
  });

  test('invites to a direct message, as often as it likes, and knows who is there and who is not yet', async () => {
    const direct = await ghost.createRoom({ preset: 'private_chat', visibility: 'private', isDirect: true });
    await ghost.inviteDirect(direct, alice.userId);
    await ghost.inviteDirect(direct, alice.userId);
    expect(await ghost.state(direct, 'm.room.member', alice.userId)).toMatchObject({
      membership: 'invite',
      is_direct: true,
    });
    expect(Object.fromEntries(await ghost.membersAndInvited(direct))).toEqual({
      [ghost.userId]: 'join',
      [alice.userId]: 'invite',
    });
    expect(await ghost.joinedRooms()).toContain(direct);
    expect(await alice.joinedRooms()).not.toContain(direct);
    await alice.join(direct);
    await ghost.inviteDirect(direct, alice.userId);
    await alice.leave(direct);
    expect([...(await ghost.membersAndInvited(direct)).keys()]).toEqual([ghost.userId]);
    await expect(bot.membersAndInvited(direct)).rejects.toMatchObject({ status: 403 });
  });

  test('has itself pinged', async () => {
    expect((await bot.ping(lab.registration.id, unique())).durationMs).toBeGreaterThanOrEqual(0);
  });

  test('makes a ghost once, and its device as often as it likes', async () => {
    const localpart = `rc_${unique()}`;
    expect(await bot.registerGhost(localpart)).toBe('created');
    expect(await bot.registerGhost(localpart)).toBe('exists');
    const api = bot.as(`@${localpart}:${lab.homeserver.serverName}` as MatrixUserId);
    await api.ensureDevice();
    await api.ensureDevice();
    await api.removeDevice();
    await api.removeDevice();
    await expect(bot.registerGhost(`other-${unique()}`)).rejects.toMatchObject({
      side: 'homeserver',
      code: 'M_EXCLUSIVE',
    });
  });

  test('names a ghost, with characters that need care in a URL', async () => {
    await ghost.setDisplayName('Bob / "ö" %2F');
    await ghost.setAvatarUrl('mxc://example.org/abc');
    expect(await alice.profile(ghost.userId)).toEqual({
      displayName: 'Bob / "ö" %2F',
      avatarUrl: 'mxc://example.org/abc',
    });
    expect(await bot.profile(`@nobody-${unique()}:${lab.homeserver.serverName}` as MatrixUserId)).toBeUndefined();
  });

  test('makes a room under an alias, and is told when the alias is taken', async () => {
    const aliasLocalpart = `rc_${unique()}`;
    const alias = `#${aliasLocalpart}:${lab.homeserver.serverName}` as MatrixRoomAlias;
    expect(await bot.resolveAlias(alias)).toBeUndefined();
    const wanted = {
      aliasLocalpart,
      preset: 'private_chat',
      visibility: 'private',
      invite: [alice.userId],
      initialState: [{ type: 'org.example.marker', stateKey: 'a/b', content: { workspace: 'w' } }],
      powerLevels: { users: { [bot.userId]: 100, [ghost.userId]: 50 } },
    } as const;
    const room = await bot.createRoom(wanted);
    expect(await bot.resolveAlias(alias)).toBe(room);
    expect(await bot.state(room, 'org.example.marker', 'a/b')).toMatchObject({ workspace: 'w' });
    expect(await bot.state(room, 'm.room.power_levels', '')).toMatchObject({ users: { [ghost.userId]: 50 } });
    expect(await bot.state(room, 'm.room.member', alice.userId)).toMatchObject({ membership: 'invite' });
    await expect(bot.createRoom(wanted)).rejects.toMatchObject({ code: 'M_ROOM_IN_USE' });
    await bot.deleteAlias(alias);
    await bot.deleteAlias(alias);
    expect(await bot.resolveAlias(alias)).toBeUndefined();
  });

  test('joins, invites and leaves, and does each again without harm', async () => {
    const room = await bot.createRoom({ preset: 'private_chat', visibility: 'private' });
    const other = await newGhost();
    await expect(other.join(room)).rejects.toMatchObject({ code: 'M_FORBIDDEN', status: 403 });
    await bot.invite(room, other.userId);
    await bot.invite(room, other.userId);
    expect(await other.join(room, [lab.homeserver.serverName])).toBe(room);
    expect(await other.join(room)).toBe(room);
    await bot.invite(room, other.userId);
    expect([...(await bot.joinedMembers(room))].toSorted()).toEqual([bot.userId, other.userId].toSorted());
    await other.setDisplayName('Somebody');
    await eventually(async () =>
      expect((await bot.memberProfiles(room)).get(other.userId)?.displayName).toBe('Somebody'),
    );
    await other.leave(room);
    await other.leave(room);
    expect(await bot.joinedMembers(room)).toEqual([bot.userId]);
    await expect(other.invite(room, alice.userId)).rejects.toMatchObject({ code: 'M_FORBIDDEN' });
  });

  test('a name has at most 256 characters, and somebody without a name and a picture has no profile', async () => {
    const other = bot.as(`@rc_${unique()}:${bot.serverName}` as MatrixUserId);
    await bot.registerGhost(other.userId.slice(1, other.userId.indexOf(':')));
    await other.setDisplayName('🎉'.repeat(256));
    expect((await bot.profile(other.userId))?.displayName).toBe('🎉'.repeat(256));
    await expect(other.setDisplayName('x'.repeat(257))).rejects.toMatchObject({ failure: 'refused', status: 400 });
    await other.setDisplayName('');
    expect(await bot.profile(other.userId)).toBeUndefined();
    await other.setAvatarUrl('mxc://example.org/abc');
    expect(await bot.profile(other.userId)).toEqual({ displayName: undefined, avatarUrl: 'mxc://example.org/abc' });
    await other.setAvatarUrl('');
    expect(await bot.profile(other.userId)).toBeUndefined();
  });

  test('sends as the ghost, once for a transaction id, even after the homeserver was restarted', async () => {
    const transactionId = `rcfed.${unique()}/ü`;
    const first = await ghost.sendEvent(roomId, 'm.room.message', transactionId, message('once'));
    expect(await ghost.sendEvent(roomId, 'm.room.message', transactionId, message('once'))).toBe(first);
    await lab.homeserver.restart('graceful');
    expect(await ghost.sendEvent(roomId, 'm.room.message', transactionId, message('once'))).toBe(first);
    expect(await alice.event(roomId, first)).toMatchObject({ sender: ghost.userId, content: message('once') });
    const { events } = await ghost.messages(roomId, { dir: 'b', limit: 20 });
    const mine = events.filter((event) => event['event_id'] === first);
    expect(mine).toHaveLength(1);
    expect(mine[0]?.['unsigned']).toMatchObject({ transaction_id: transactionId });
  });

  test('sends content as it is, whatever its keys and characters', async () => {
    const sent = { ...message('a\u0000b \u2028 </script>'), constructor: 'x', nested: { toJSON: 1 }, list: [null, 2] };
    const id = await alice.sendEvent(roomId, 'm.room.message', unique(), sent);
    expect((await bot.event(roomId, id))?.['content']).toEqual(sent);
    const odd = await ghost.sendEvent(roomId, 'm.room.message', unique(), message('half \ud83d'));
    expect((await bot.event(roomId, odd))?.['content']).toEqual(message('half \ufffd'));
  });

  test('sends with the time of the workspace', async () => {
    const at = Date.UTC(2024, 1, 2);
    const id = await ghost.sendEvent(roomId, 'm.room.message', unique(), message('old'), at);
    expect(await bot.event(roomId, id)).toMatchObject({ origin_server_ts: at });
  });

  test('makes a deleted device again instead of failing', async () => {
    const other = bot.as(`@rc_${unique()}:${lab.homeserver.serverName}` as MatrixUserId);
    await bot.registerGhost(other.userId.slice(1).split(':')[0] ?? '');
    await other.join(roomId);
    const transactionId = unique();
    const id = await other.sendEvent(roomId, 'm.room.message', transactionId, message('no device yet'));
    expect(await other.sendEvent(roomId, 'm.room.message', transactionId, message('no device yet'))).toBe(id);
  });

  test('redacts once for a transaction id', async () => {
    const id = await ghost.sendEvent(roomId, 'm.room.message', unique(), message('to go'));
    const transactionId = unique();
    const redaction = await ghost.redact(roomId, id, transactionId, 'wrong room');
    expect(await ghost.redact(roomId, id, transactionId, 'wrong room')).toBe(redaction);
    expect(await bot.event(roomId, id)).toMatchObject({
      content: {},
      unsigned: { redacted_because: { event_id: redaction } },
    });
  });

  test("keeps what an account's programs keep for themselves", async () => {
    const type = 'test.kept/with space';
    expect(await alice.accountData(type)).toBeUndefined();
    await alice.setAccountData(type, { room: '!one' });
    await alice.setAccountData(type, { room: '!two' });
    expect(await alice.accountData(type)).toEqual({ room: '!two' });
    await ghost.setAccountData(type, { room: '!three' });
    expect(await ghost.accountData(type)).toEqual({ room: '!three' });
    expect(await alice.accountData(type)).toEqual({ room: '!two' });
  });

  test('reads and writes state', async () => {
    await bot.sendState(roomId, 'm.room.topic', '', { topic: 'New' });
    expect(await alice.state(roomId, 'm.room.topic', '')).toMatchObject({ topic: 'New' });
    await bot.sendState(roomId, 'org.example.x', 'key/with?odd#signs', { a: 1 });
    expect(await bot.state(roomId, 'org.example.x', 'key/with?odd#signs')).toEqual({ a: 1 });
    expect(await bot.state(roomId, 'org.example.none', '')).toBeUndefined();
    expect(await bot.event(roomId, '$doesnotexist' as EventId)).toBeUndefined();
  });

  test('says who is invited and who is banned', async () => {
    const privateRoom = await bot.createRoom({ preset: 'private_chat', visibility: 'private' });
    const [one, other] = ['@rc_invited', '@rc_banned'].map((name) => `${name}:${bot.serverName}` as MatrixUserId);
    for (const id of [one, other]) await bot.registerGhost(String(id).slice(1, String(id).indexOf(':')));
    await bot.invite(privateRoom, one as MatrixUserId);
    await bot.ban(privateRoom, other as MatrixUserId);
    expect([...(await bot.membersWho(privateRoom, 'invite')).keys()]).toEqual([one]);
    expect([...(await bot.membersWho(privateRoom, 'ban')).keys()]).toEqual([other]);
  });

  test('pages back through a room to its beginning', async () => {
    const room = await bot.createRoom({ preset: 'private_chat', visibility: 'private' });
    for (let n = 0; n < 5; n += 1) await bot.sendEvent(room, 'm.room.message', unique(), message(String(n)));
    const seen: unknown[] = [];
    let from: string | undefined;
    do {
      const page = await bot.messages(room, { dir: 'b', limit: 3, ...(from === undefined ? {} : { from }) });
      seen.push(
        ...page.events.flatMap((event) =>
          event['type'] === 'm.room.message' ? [(event['content'] as { body: string }).body] : [],
        ),
      );
      from = page.events.length === 0 ? undefined : page.end;
    } while (from !== undefined);
    expect(seen).toEqual(['4', '3', '2', '1', '0']);
  });

  test('uploads to an id it made before, once, and reads it back within a limit', async () => {
    const mxc = await ghost.createMedia();
    const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => at % 256);
    await ghost.putMedia(mxc, bytes, 'image/png', 'ä b.png');
    await ghost.putMedia(mxc, bytes, 'image/png', 'ä b.png');
    const read = await alice.media(mxc, 5_000);
    expect(Buffer.from(read.bytes).equals(Buffer.from(bytes))).toBe(true);
    expect(read.contentType).toMatch(/^image\/png/);
    await expect(alice.media(mxc, 4_999)).rejects.toMatchObject({ code: 'M_TOO_LARGE' });
    await expect(alice.media(`${mxc}x`, 5_000)).rejects.toMatchObject({ code: 'M_NOT_FOUND' });
    await expect(alice.media('https://example.org/x', 5_000)).rejects.toMatchObject({ code: 'M_INVALID_PARAM' });
  });

  test('says that a token is wrong', async () => {
    const stranger = await createMatrixApi({ ...common(), userId: bot.userId, asToken: new Secret('wrong') });
    await expect(stranger.whoami()).rejects.toMatchObject({
      side: 'homeserver',
      failure: 'refused',
      status: 401,
      code: 'M_UNKNOWN_TOKEN',
    });
  });
});
