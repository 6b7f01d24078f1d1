import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MessageId, WorkspaceRoomId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createWorkspaceApi } from '../../src/lib/rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type SandboxWorkspace, startWorkspace } from '../../src/sandbox/workspace/server.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);
const newId = (): MessageId => randomBytes(16).toString('hex').slice(0, 17) as MessageId;
const newName = (what: string): string => `${what}-${randomBytes(4).toString('hex')}`;
const noId = 'NoSuchThing2345678';

describe.each(['6.13', '7.13', '8.8', '9.0'])('a workspace of version %s', (version) => {
  let workspace: SandboxWorkspace;
  let admin: WorkspaceApi;
  let nobody: WorkspaceApi;
  let channel: WorkspaceRoom;

  beforeAll(async () => {
    workspace = await startWorkspace({ version });
    const { userId, token } = workspace.admin;
    nobody = createWorkspaceApi({ url: workspace.url, clock: systemClock, log: silentLog });
    admin = nobody.as({ userId: userId as WorkspaceUserId, token: new Secret(token) });
  });

  beforeEach(async () => {
    channel = await admin.createRoom('c', newName('channel'));
  });

  afterEach(() => workspace.faults.clear());

  afterAll(async () => await workspace.stop());

  const person = (
    roles = ['user', 'bot'],
  ): { api: WorkspaceApi; id: WorkspaceUserId; username: string; password: Secret } => {
    const made = workspace.createUser({ username: newName('person'), roles });
    const id = made.userId as WorkspaceUserId;
    const api = admin.as({ userId: id, token: new Secret(made.token) });
    return { api, id, username: made.username, password: new Secret(made.password) };
  };

  const send = (text: string, api = admin, room: Pick<WorkspaceRoom, 'id'> = channel) =>
    api.sendMessage({ id: newId(), roomId: room.id, text });

  describe('who and what', () => {
    test('tells its version and its clock', async () => {
      const before = Math.floor(Date.now() / 1000) * 1000;
      const { version: found, serverTime } = await nobody.info();
      expect(found.startsWith(version)).toBe(true);
      expect(serverTime).toBeGreaterThanOrEqual(before);
      expect(serverTime).toBeLessThanOrEqual(Date.now());
    });

    test('tells which roles there are, and what somebody is in a room', async () => {
      const roles = await admin.workspaceRoles();
      expect(roles).toContainEqual({ id: 'user', name: 'user', scope: 'workspace' });
      expect(roles).toContainEqual({ id: 'owner', name: 'owner', scope: 'room' });
      const { api, id } = person();
      expect(await admin.ownRolesIn(channel.id)).toEqual(['owner']);
      expect(await api.ownRolesIn(channel.id)).toBeUndefined();
      expect(await api.ownRolesIn(noId as WorkspaceRoomId)).toBeUndefined();
      await admin.addToRoom(channel, id);
      expect(await api.ownRolesIn(channel.id)).toEqual([]);
    });

    test('tells who may federate, from 7.11 on', async () => {
      const may = (await admin.permissions()).get('access-federation');
      expect(may).toEqual(version.startsWith('6') ? undefined : ['admin', 'user']);
    });

    test('tells an admin its settings, one by one, and takes others', async () => {
      expect(await admin.setting('Message_MaxAllowedSize')).toEqual({ value: 5000 });
      await admin.setSetting('Message_MaxAllowedSize', 5001);
      expect(await admin.setting('Message_MaxAllowedSize')).toEqual({ value: 5001 });
      await admin.setSetting('Message_MaxAllowedSize', 5000);
      expect(await admin.setting('No_Such_Setting')).toBeUndefined();
      await expect(person().api.setting('Message_MaxAllowedSize')).rejects.toMatchObject({ status: 403 });
    });

    test('tells the modules of its licence', async () => {
      expect(await admin.licenceModules()).toEqual([]);
      workspace.state.licence.add('federation');
      expect(await admin.licenceModules()).toEqual(['federation']);
      workspace.state.licence.clear();
    });

    test('tells whether it finds people on other servers', async () => {
      workspace.state.federation.verified.set('@alice:example.org', 'VERIFIED');
      expect(await admin.verifyMatrixId('@alice:example.org')).toBe('VERIFIED');
      expect(await admin.verifyMatrixId('@nobody:example.org')).toBe('UNABLE_TO_VERIFY');
    });

    test('tells what its older bridge finds of itself, up to 7', async () => {
      const good = workspace.state.federation.verdict;
      const isOffered = /^[67]/.test(version);
      expect(await admin.bridgeVerdict()).toEqual(
        isOffered
          ? {
              appservice: true,
              reachable: true,
              detail: '{"appservice":{"ok":true},"externalReachability":{"ok":true}}',
            }
          : 'not-offered',
      );
      workspace.state.federation.verdict = { ...good, externalReachability: { ok: false, error: 'not GOOD' } };
      if (isOffered)
        expect(await admin.bridgeVerdict()).toMatchObject({
          appservice: true,
          reachable: false,
          detail: expect.stringContaining('not GOOD'),
        });
      workspace.state.federation.verdict = good;
    });

    test('sets settings and permissions, and tells what a version has none of', async () => {
      expect(await admin.setting('No_Such_Setting')).toBeUndefined();
      await admin.setSetting('API_Default_Count', 40);
      expect(await admin.setting('API_Default_Count')).toEqual({ value: 40 });
      await admin.setPermission('mention-all', ['admin', 'bot']);
      expect((await admin.permissions()).get('mention-all')).toEqual(['admin', 'bot']);
      expect(await admin.licenceModules()).toEqual([]);
      expect(await admin.setting('Federation_Service_Enabled')).toEqual(
        version.startsWith('6') ? undefined : { value: false },
      );
      expect(await admin.setting('Federation_Matrix_enabled')).toEqual(
        version.startsWith('9') ? undefined : { value: false },
      );
    });

    test('lists the rooms that Rocket.Chat itself has marked as federated', async () => {
      const group = await admin.createRoom('p', `marked-${noId}`);
      const room = workspace.state.rooms.byId(group.id);
      if (room !== undefined) Object.assign(room, { federated: true });
      expect(await admin.federatedRooms()).toEqual([group.name]);
    });

    test('tells an account about itself', async () => {
      expect(await admin.me()).toMatchObject({
        id: workspace.admin.userId,
        username: 'admin',
        roles: ['admin'],
        active: true,
      });
      expect(admin.credentials?.userId).toBe(workspace.admin.userId);
      expect(nobody.credentials).toBeUndefined();
    });

    test('gives public settings, more than one page of them, and leaves out what there is not', async () => {
      const settings = await nobody.publicSettings([
        'Site_Url',
        'Message_MaxAllowedSize',
        'No_Such_Setting',
        ...Array.from({ length: 120 }, (_, i) => `No_${i}`),
        'UTF8_User_Names_Validation',
      ]);
      expect(settings.get('Site_Url')).toBe(workspace.url);
      expect(settings.get('Message_MaxAllowedSize')).toBe(5000);
      expect(settings.get('UTF8_User_Names_Validation')).toBe('[0-9a-zA-Z-_.]+');
      expect(settings.size).toBe(3);
    });
  });

  describe('logging in', () => {
    test('a password gives a token that works, and a personal access token without a second factor', async () => {
      const { username, password } = person();
      const credentials = await nobody.login(username, password);
      const as = admin.as(credentials);
      expect((await as.me()).username).toBe(username);
      const token = await as.createPersonalAccessToken('bridge', password);
      expect((await admin.as({ ...credentials, token }).me()).username).toBe(username);
      await expect(as.createPersonalAccessToken('bridge', password)).rejects.toMatchObject({ failure: 'refused' });
    });

    test('a wrong password is refused with 401', async () => {
      const { username } = person();
      await expect(nobody.login(username, new Secret('wrong'))).rejects.toMatchObject({
        failure: 'refused',
        status: 401,
      });
    });

    test('a second factor is asked for and accepted', async () => {
      const { username, password } = person();
      workspace.state.accounts.byUsername(username)!.secondFactor = { method: 'totp', code: '123456' };
      const challenge = nobody.login(username, password);
      await expect(challenge).rejects.toMatchObject({
        status: 401,
        ...(version === '9.0' ? {} : { code: 'totp-required', details: { method: 'totp' } }),
      });
      const credentials = await nobody.login(username, password, '123456');
      expect((await admin.as(credentials).me()).username).toBe(username);
    });

    test('a personal access token is made with the password as second factor, where that is asked for', async () => {
      const { username, password } = person();
      // A new account is not asked for half an hour.
      Object.assign(workspace.state.accounts.byUsername(username)!.user, { createdAt: new Date(0) });
      const as = admin.as(await nobody.login(username, password));
      await expect(as.createPersonalAccessToken('bridge')).rejects.toMatchObject({
        failure: 'refused',
        code: 'totp-required',
        details: { method: 'password' },
      });
      const token = await as.createPersonalAccessToken('bridge', password);
      expect((await admin.as({ ...as.credentials!, token }).me()).username).toBe(username);
    });

    test('a token that was revoked is refused with 401', async () => {
      const { api, username } = person();
      workspace.revokeTokens(username);
      for (const request of [
        () => api.me(),
        () => api.userByName(username),
        () => api.getMessage(newId()),
        () => send('late', api),
      ]) {
        await expect(request()).rejects.toMatchObject({ failure: 'refused', status: 401 });
      }
    });
  });

  describe('messages', () => {
    test('are sent with an id of our own, read, edited and deleted', async () => {
      const id = newId();
      expect(await admin.sendMessage({ id, roomId: channel.id, text: 'one' })).toMatchObject({
        _id: id,
        rid: channel.id,
        msg: 'one',
        u: { username: 'admin' },
      });
      expect(await admin.getMessage(id)).toMatchObject({ _id: id, msg: 'one' });
      expect(await admin.updateMessage(channel.id, id, 'two')).toMatchObject({
        _id: id,
        msg: 'two',
        editedBy: { username: 'admin' },
      });
      expect(await admin.deleteMessage(channel.id, id)).toBe(true);
      expect(await admin.getMessage(id)).toBeUndefined();
      expect(await admin.deleteMessage(channel.id, id)).toBe(false);
    });

    test('are refused a second time with the same id, and there once', async () => {
      const id = newId();
      await admin.sendMessage({ id, roomId: channel.id, text: 'once' });
      await expect(admin.sendMessage({ id, roomId: channel.id, text: 'twice' })).rejects.toMatchObject({
        failure: 'refused',
        status: 400,
      });
      expect(await admin.getMessage(id)).toMatchObject({ msg: 'once' });
    });

    test('may answer a thread and carry another name, where the account may', async () => {
      const { api, id } = person();
      await admin.addToRoom(channel, id);
      const parent = (await send('parent')) as { _id: MessageId };
      const reply = await api.sendMessage({
        id: newId(),
        roomId: channel.id,
        text: 'reply',
        threadId: parent._id,
        alias: 'Alice (example.org)',
        avatar: `${workspace.url}/avatar/alice`,
      });
      expect(reply).toMatchObject({ tmid: parent._id, alias: 'Alice (example.org)' });
      const plain = person(['user']);
      await admin.addToRoom(channel, plain.id);
      await expect(
        plain.api.sendMessage({ id: newId(), roomId: channel.id, text: 'x', alias: 'Boss' }),
      ).rejects.toMatchObject({ failure: 'refused' });
    });

    test('of a room one is not in are neither read nor deleted as if they were gone', async () => {
      const group = await admin.createRoom('p', newName('group'));
      const { _id } = (await send('secret', admin, group)) as { _id: MessageId };
      const stranger = person(['user']).api;
      expect(await stranger.getMessage(_id)).toBeUndefined();
      await expect(stranger.deleteMessage(group.id, _id)).rejects.toMatchObject({ failure: 'refused' });
      expect(await admin.getMessage(_id)).toMatchObject({ msg: 'secret' });
    });

    test('with a lone surrogate arrive as the server will repeat them', async () => {
      expect(await send('a\ud800b')).toMatchObject({ msg: 'a\ufffdb' });
    });
  });

  describe('catching up', () => {
    test('brings everything since a time, that millisecond included, edits and deletions too', async () => {
      await send('before');
      const first = (await send('first')) as { _id: MessageId; _updatedAt: string };
      const edited = (await send('typo')) as { _id: MessageId };
      const deleted = (await send('oops')) as { _id: MessageId };
      await admin.updateMessage(channel.id, edited._id, 'type');
      await admin.deleteMessage(channel.id, deleted._id);
      const since = Date.parse(first._updatedAt);
      const missed = await admin.syncMessages(channel.id, since);
      expect(missed.updated.map(({ _id }) => _id)).toEqual(expect.arrayContaining([first._id, edited._id]));
      expect(missed.updated.find(({ _id }) => _id === edited._id)).toMatchObject({ msg: 'type' });
      expect(missed.deleted).toEqual([{ id: deleted._id, at: expect.any(Number) }]);
      expect(missed.deleted[0]!.at).toBeGreaterThanOrEqual(since);
      expect(await admin.deletedMessages(channel.id, since)).toEqual([deleted._id]);
    });

    test('brings nothing when nothing happened', async () => {
      const later = Date.now() + 60_000;
      expect(await admin.syncMessages(channel.id, later)).toEqual({ updated: [], deleted: [] });
      expect(await admin.deletedMessages(channel.id, later)).toEqual([]);
      expect(await admin.changedRooms(later)).toMatchObject({ updated: [] });
    });

    test('loses none of many messages that share a millisecond, over several pages', async () => {
      const since = Date.now() - 1;
      workspace.faults.delivery.updatedAtStepMs = 60_000;
      const ids = new Set<unknown>();
      for (let sent = 0; sent < 230; sent += 1) ids.add((await send(`tie ${sent}`))['_id']);
      workspace.faults.delivery.updatedAtStepMs = 1;
      for (let sent = 0; sent < 130; sent += 1) ids.add((await send(`own time ${sent}`))['_id']);
      const missed = await admin.syncMessages(channel.id, since - 60_000);
      const got = missed.updated.map(({ _id }) => _id);
      expect([...ids].filter((id) => !got.includes(id))).toEqual([]);
      expect(new Set(got).size).toBe(got.length);
    });

    test('brings more deletions than fit a page', async () => {
      const since = Date.now() - 1;
      const ids: MessageId[] = [];
      for (let sent = 0; sent < 120; sent += 1) ids.push((await send('x'))['_id'] as MessageId);
      for (const id of ids) await admin.deleteMessage(channel.id, id);
      expect((await admin.deletedMessages(channel.id, since)).toSorted()).toEqual(ids.toSorted());
      expect((await admin.syncMessages(channel.id, since)).deleted.map(({ id }) => id).toSorted()).toEqual(
        ids.toSorted(),
      );
    });

    test('is refused for a room the account may not see', async () => {
      const group = await admin.createRoom('p', newName('group'));
      await expect(person(['user']).api.syncMessages(group.id, 0)).rejects.toMatchObject({ failure: 'refused' });
    });
  });

  describe('rooms', () => {
    test('are found by id and name, and are undefined where there is none', async () => {
      expect(channel).toMatchObject({
        type: 'c',
        displayName: channel.name,
        topic: '',
        archived: false,
        encrypted: false,
        federated: false,
      });
      expect(await admin.roomById(channel.id)).toMatchObject({ id: channel.id, name: channel.name });
      expect(await admin.roomByName(channel.name)).toMatchObject({ id: channel.id, type: 'c' });
      expect(await admin.roomById(noId as WorkspaceRoomId)).toBeUndefined();
      expect(await admin.roomByName('no-such-room')).toBeUndefined();
      const group = await admin.createRoom('p', newName('group'));
      expect(group.type).toBe('p');
      expect(await person(['user']).api.roomById(group.id)).toBeUndefined();
    });

    test('tell when they were last written to, and which ones changed or went', async () => {
      const since = Date.now() - 1;
      const other = await admin.createRoom('c', newName('other'));
      await send('hello');
      const { updated } = await admin.changedRooms(since);
      expect(updated.map(({ id }) => id)).toEqual(expect.arrayContaining([channel.id, other.id]));
      expect(updated.find(({ id }) => id === channel.id)!.lastMessageAt).toBeGreaterThanOrEqual(since);
    });

    test('exist or do not, also for an admin who is no member; only admins are told', async () => {
      const group = await person(['user']).api.createRoom('p', newName('group'));
      expect(await admin.roomById(group.id)).toBeUndefined();
      expect(await admin.roomExists(group.id)).toBe(true);
      expect(await admin.roomExists(noId as WorkspaceRoomId)).toBe(false);
      await expect(person(['user']).api.roomExists(group.id)).rejects.toMatchObject({ failure: 'refused' });
    });

    test('are archived and deleted; what is so already is done', async () => {
      const since = Date.now() - 1;
      const room = await admin.createRoom('c', newName('old'));
      await admin.archiveRoom(room.id, true);
      await admin.archiveRoom(room.id, true);
      expect(await admin.roomById(room.id)).toMatchObject({ archived: true });
      await expect(send('too late', admin, room)).rejects.toMatchObject({ failure: 'refused' });
      await admin.archiveRoom(room.id, false);
      expect(await admin.roomById(room.id)).toMatchObject({ archived: false });
      await admin.deleteRoom(room);
      await admin.deleteRoom(room);
      expect((await admin.changedRooms(since)).removed).toContain(room.id);
    });

    test('are created with members, once', async () => {
      const { username, id } = person();
      const group = await admin.createRoom('p', newName('group'), [username]);
      expect((await admin.members(group)).map((member) => member.id).toSorted()).toEqual(
        [id, workspace.admin.userId].toSorted(),
      );
      await expect(admin.createRoom('p', group.name)).rejects.toMatchObject({
        failure: 'refused',
        code: 'error-duplicate-channel-name',
      });
    });

    test.each(['c', 'p'] as const)('of type %s take members and moderators; doing it twice is done', async (type) => {
      const { api, id } = person();
      const room = await admin.createRoom(type, newName('room'));
      await admin.addToRoom(room, id);
      await admin.addToRoom(room, id);
      await admin.setRoomRole(room, id, 'moderator', true);
      await admin.setRoomRole(room, id, 'moderator', true);
      const roles = await api.roomRoles(room);
      expect(roles.get(id)).toEqual(['moderator']);
      expect(roles.get(workspace.admin.userId as WorkspaceUserId)).toEqual(['owner']);
    });

    test('lose those who leave and are removed, and keep out who is banned, where there are bans', async () => {
      const [one, two] = [person(), person()];
      for (const { id } of [one, two]) await admin.addToRoom(channel, id);
      expect(await admin.isInRoom(channel, one.id)).toBe(true);
      await one.api.leaveRoom(channel);
      await one.api.leaveRoom(channel);
      await admin.removeFromRoom(channel, two.id);
      await admin.removeFromRoom(channel, two.id);
      expect(await admin.isInRoom(channel, one.id)).toBe(false);
      expect(await admin.isInRoom(channel, two.id)).toBe(false);
      expect(await admin.isInRoom(channel, noId as WorkspaceUserId)).toBe(false);
      const { id: me } = await admin.me();
      await expect(admin.removeFromRoom(channel, me)).rejects.toMatchObject({ code: 'error-last-owner' });
      await admin.addToRoom(channel, one.id);
      const hasBans = Number(version.split('.')[0]) >= 8;
      const answer = hasBans ? 'done' : 'not-offered';
      expect(await admin.banFromRoom(channel.id, one.id)).toBe(answer);
      expect(await admin.banFromRoom(channel.id, one.id)).toBe(answer);
      const banned = (await admin.bannedFromRoom(channel.id)).map(({ id }) => id);
      expect(banned).toEqual(hasBans ? [one.id] : []);
      if (hasBans) {
        await expect(admin.banFromRoom(channel.id, two.id)).rejects.toMatchObject({ code: 'error-user-not-in-room' });
        await expect(admin.addToRoom(channel, one.id)).rejects.toMatchObject({ code: 'error-user-is-banned' });
      }
      expect(await admin.unbanFromRoom(channel.id, one.id)).toBe(answer);
      expect(await admin.unbanFromRoom(channel.id, one.id)).toBe(answer);
      await admin.addToRoom(channel, one.id);
      expect(await admin.isInRoom(channel, one.id)).toBe(true);
    });

    test('are joined by oneself where they are public', async () => {
      const { api, id } = person(['user']);
      await api.joinRoom(channel.id);
      expect((await admin.members(channel)).map((member) => member.id)).toContain(id);
    });

    test('list more members than fit a page', async () => {
      for (let joined = 0; joined < 120; joined += 1) await admin.addToRoom(channel, person().id);
      const members = await admin.members(channel);
      expect(new Set(members.map(({ id }) => id)).size).toBe(121);
      const { members: page, total } = await admin.membersPage(channel, { offset: 100, count: 50 });
      expect([page.length, total]).toEqual([21, 121]);
    });

    test('have owners, moderators and muted people, and say who they are', async () => {
      const { id, username } = person();
      await admin.addToRoom(channel, id);
      for (const role of ['moderator', 'owner', 'leader'] as const) await admin.setRoomRole(channel, id, role, true);
      await admin.setRoomRole(channel, id, 'owner', true);
      await admin.setRoomRole(channel, id, 'leader', false);
      expect((await admin.roomRoles(channel)).get(id)).toEqual(['moderator', 'owner']);
      await admin.muteInRoom(channel.id, username, true);
      await admin.muteInRoom(channel.id, username, true);
      expect((await admin.roomDetails(channel.id))?.muted).toEqual([username]);
      await admin.muteInRoom(channel.id, username, false);
      expect((await admin.roomDetails(channel.id))?.muted).toEqual([]);
      const stranger = person();
      await expect(admin.muteInRoom(channel.id, stranger.username, true)).rejects.toMatchObject({
        code: 'error-user-not-in-room',
      });
    });

    test('of two people take nobody in', async () => {
      const direct = { id: 'ab' as WorkspaceRoomId, type: 'd' };
      await expect(admin.addToRoom(direct, person().id)).rejects.toMatchObject({
        failure: 'refused',
        code: 'error-cant-invite-for-direct-room',
      });
      await expect(admin.setRoomRole(direct, person().id, 'moderator', true)).rejects.toMatchObject({
        failure: 'refused',
      });
      expect(await admin.roomRoles(direct)).toEqual(new Map());
    });
  });

  describe('people', () => {
    test('are created outside of the default rooms, found, and log in', async () => {
      const username = newName('alice');
      const password = new Secret(randomBytes(16).toString('hex'));
      const email = `${username}@puppets.invalid`;
      const made = await admin.createUser({
        username,
        name: 'Alice (example.org)',
        email,
        password,
        roles: ['user', 'bot'],
      });
      expect(made).toMatchObject({
        username,
        name: 'Alice (example.org)',
        roles: ['user', 'bot'],
        active: true,
        email,
      });
      expect(await admin.userByName(username)).toMatchObject({ id: made.id });
      expect(await admin.userById(made.id)).toMatchObject({ username });
      expect((await nobody.login(username, password)).userId).toBe(made.id);
      const general = await admin.roomByName('general');
      expect((await admin.members(general!)).map(({ id }) => id)).not.toContain(made.id);
      await expect(
        admin.createUser({ username, name: 'A', email: `2${email}`, password, roles: ['user'] }),
      ).rejects.toMatchObject({ failure: 'refused' });
    });

    test('are undefined where there are none', async () => {
      expect(await admin.userByName('no.such.person')).toBeUndefined();
      expect(await admin.userById(noId as WorkspaceUserId)).toBeUndefined();
    });

    test('get new passwords, which ends their tokens', async () => {
      const { api, id, username } = person();
      const password = new Secret('correct horse battery staple');
      await admin.setPassword(id, password);
      await expect(api.me()).rejects.toMatchObject({ status: 401 });
      expect((await nobody.login(username, password)).userId).toBe(id);
    });

    test('are switched off and on', async () => {
      const { api, id } = person();
      await admin.setUserActive(id, false);
      expect((await admin.userById(id))!.active).toBe(false);
      await expect(api.me()).rejects.toMatchObject({ status: 401 });
      await admin.setUserActive(id, true);
      expect((await admin.userById(id))!.active).toBe(true);
    });

    test('have a picture of their own, or none', async () => {
      const { id, username } = person();
      expect(await admin.avatar(username, 10_000)).toBeUndefined();
      await admin.setAvatar(id, PNG, 'image/png');
      const avatar = await admin.avatar(username, 10_000);
      expect(Buffer.from(avatar!.bytes)).toEqual(PNG);
      expect(avatar!.contentType).toBe('image/png');
      expect((await admin.userById(id))!.avatarEtag).toEqual(expect.any(String));
      await expect(admin.avatar(username, PNG.length - 1)).rejects.toMatchObject({
        failure: 'refused',
        code: 'too-large',
      });
      expect((await admin.avatar(username, PNG.length))!.bytes).toHaveLength(PNG.length);
    });
  });

  describe('when things go wrong', () => {
    test('an answer that is lost is a network failure; the message can be asked about', async () => {
      workspace.faults.add({ path: 'chat\\.sendMessage', action: 'drop-answer', times: 1 });
      const id = newId();
      await expect(admin.sendMessage({ id, roomId: channel.id, text: 'did it?' })).rejects.toMatchObject({
        failure: 'network',
        request: 'POST /api/v1/chat.sendMessage',
      });
      expect(await admin.getMessage(id)).toMatchObject({ msg: 'did it?' });
    });

    test('a connection that is cut did nothing, and nothing is sent again by itself', async () => {
      workspace.faults.add({ path: 'chat\\.sendMessage', action: 'cut', times: 1 });
      const id = newId();
      await expect(admin.sendMessage({ id, roomId: channel.id, text: 'no' })).rejects.toMatchObject({
        failure: 'network',
      });
      expect(await admin.getMessage(id)).toBeUndefined();
    });

    test('a limiter is waited for', async () => {
      workspace.faults.add({ path: 'chat\\.sendMessage', action: 'too-many-requests', times: 2, delayMs: 50 });
      expect(await send('patience')).toMatchObject({ msg: 'patience' });
    });

    test('a limiter that goes on is told, with the time to wait', async () => {
      workspace.faults.add({ path: 'api/v1/me', action: 'too-many-requests', delayMs: 50 });
      await expect(admin.me()).rejects.toMatchObject({
        failure: 'refused',
        status: 429,
        code: 'error-too-many-requests',
        retryAfterMs: expect.any(Number),
      });
      expect(workspace.faults.list()[0]!.hits).toBe(3);
    });

    test('a proxy’s page is not JSON, whatever was asked', async () => {
      workspace.faults.add({ path: '.', action: 'html' });
      const requests = [
        () => admin.me(),
        () => send('x'),
        () => admin.userByName('x'),
        () => admin.getMessage(newId()),
        () => admin.roomById(channel.id),
      ];
      for (const request of requests) {
        await expect(request()).rejects.toMatchObject({ failure: 'not-json', status: 502 });
      }
    });

    test('an empty answer is not JSON either', async () => {
      workspace.faults.add({ path: '.', action: 'status', status: 503 });
      await expect(admin.me()).rejects.toMatchObject({ failure: 'not-json', status: 503, answer: 'an empty answer' });
    });

    test('a slow answer is a time-out', async () => {
      workspace.faults.add({ path: 'api/v1/me', action: 'delay', delayMs: 5_000 });
      const { credentials } = admin;
      const hasty = createWorkspaceApi({
        url: workspace.url,
        credentials,
        clock: systemClock,
        log: silentLog,
        deadlineMs: 50,
      });
      await expect(hasty.me()).rejects.toMatchObject({ failure: 'timeout' });
    });

    test('no secret is in an error', async () => {
      workspace.faults.add({ path: '.', action: 'html' });
      const token = admin.credentials!.token.reveal();
      const error = await nobody.login('admin', new Secret('top secret')).catch((reason: unknown) => reason);
      const other = await admin.me().catch((reason: unknown) => reason);
      for (const one of [error, other])
        expect(`${String(one)} ${JSON.stringify(one)}`).not.toMatch(new RegExp(`top secret|${token}`));
    });
  });
});

test('a workspace that is not there is a network failure', async () => {
  const gone = await startWorkspace();
  await gone.stop();
  const api = createWorkspaceApi({ url: gone.url, clock: systemClock, log: silentLog });
  await expect(api.info()).rejects.toMatchObject({ side: 'workspace', failure: 'network', answer: 'ECONNREFUSED' });
});
