import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueToken } from '../../src/sandbox/workspace/accounts.ts';
import { createRateLimiter } from '../../src/sandbox/workspace/rate-limiter.ts';
import { createRest } from '../../src/sandbox/workspace/rest.ts';
import { documentErrors, errorBodyErrors, validatedRequests, validateRequest } from '../support/rest-typings.ts';
import { nobody, startWorkspaceUnderTest, type WorkspaceUnderTest } from '../support/sandbox-workspace.ts';

type Params = Record<string, unknown>;
const room = { roomId: 'nowhere' };
const byName = { roomName: 'nowhere' };
const when = '2026-01-01T00:00:00.000Z';
const pages = { count: '5', offset: '1', sort: '{"ts":1}' };

/** Good parameters for every request that has a validator; nothing in them exists, so nothing is changed. */
const GOOD: Readonly<Record<string, readonly Params[]>> = {
  'POST users.create': [
    { email: 'e', name: 'n', password: 'p', username: 'not a name', roles: ['user'], joinDefaultChannels: false, verified: false, active: true, customFields: {} },
  ],
  'GET users.info': [{ userId: 'x' }, { username: 'x', includeUserRooms: 'true' }, { email: 'x', fields: '{}' }],
  'GET users.list': [pages, { email: 'x', query: '{}', fields: '{}' }],
  'POST users.update': [{ userId: 'x', data: { name: 'n', email: 'e', password: 'p', roles: ['user'], active: true }, confirmRelinquish: true }],
  'POST users.updateOwnBasicInfo': [{ data: { name: '<', statusText: 's', currentPassword: 'p' }, customFields: {} }],
  'POST users.setActiveStatus': [{ userId: 'x', activeStatus: true, confirmRelinquish: false }],
  'POST users.resetAvatar': [{ userId: 'x' }, { username: 'x' }],
  'POST users.logout': [{ userId: 'x', anything: 1 }],
  'GET users.presence': [{ ids: 'a,b' }, { from: when }],
  'GET users.checkUsernameAvailability': [{ username: 'x' }],
  'POST chat.sendMessage': [
    {
      message: { _id: 'i', rid: 'nowhere', msg: 'm', tmid: 't', tshow: true, alias: 'a', avatar: 'a', emoji: 'e', attachments: [{}], blocks: [{}], customFields: {}, ts: 1 },
      previewUrls: ['u'],
    },
  ],
  'POST chat.postMessage': [
    { ...room, text: 't', alias: 'a', emoji: 'e', avatar: 'a', attachments: [{}], parseUrls: true },
    { channel: ['#nowhere'], text: 't', customFields: {} },
  ],
  'POST chat.update': [{ ...room, msgId: 'm', text: 't', previewUrls: ['u'], customFields: {} }],
  'POST chat.delete': [{ ...room, msgId: 'm', asUser: true }, { fileId: 'f' }],
  'POST chat.react': [{ emoji: 'e', messageId: 'm', shouldReact: true }, { reaction: 'e', messageId: 'm' }],
  'GET chat.getMessage': [{ msgId: 'm' }],
  'GET chat.syncMessages': [{ ...room, lastUpdate: when, fromTs: when }, { ...room, type: 'UPDATED', next: '0', count: '5' }],
  'GET chat.getDeletedMessages': [{ ...room, since: when, ...pages }],
  'GET chat.getThreadMessages': [{ tmid: 't', aroundId: 'a', ...pages }],
  'POST channels.create': [{ name: 'not a name', members: ['x'], readOnly: true, customFields: {}, excludeSelf: true, extraData: { topic: 't', encrypted: false } }],
  'POST groups.create': [{ name: 'not a name', members: ['x'], readOnly: true, excludeSelf: true, extraData: { topic: 't', encrypted: false, broadcast: false } }],
  'POST groups.invite': [{ ...room, userId: 'x' }, { ...byName, usernames: ['x'] }],
  'POST channels.kick': [{ ...room, userId: 'x' }, { ...byName, userId: 'x' }],
  'POST groups.kick': [{ ...room, userId: 'x' }, { ...byName, username: 'x' }],
  'POST channels.join': [{ ...room, joinCode: 'c' }, byName],
  'POST channels.leave': [room, byName],
  'POST groups.leave': [room, byName],
  'GET channels.roles': [room, byName],
  'GET groups.roles': [room, byName],
  'GET channels.history': [{ ...room, latest: when, oldest: when, inclusive: 'true', showThreadMessages: 'false', ...pages }],
  'GET groups.history': [{ ...byName, latest: when, inclusive: 'x', unreads: 'true', ...pages }],
  'GET groups.messages': [{ ...room, mentionIds: 'x', pinned: 'true', ...pages }],
  'GET channels.messages': [{ ...room, starredIds: 'x', query: '{}', ...pages }],
  'POST channels.addModerator': [{ ...room, userId: 'x' }, { ...byName, username: 'x' }],
  'POST groups.addModerator': [{ ...room, userId: 'x' }, { ...byName, userIds: ['x'] }],
  'POST groups.addOwner': [{ ...room, userId: 'x' }],
  'POST groups.removeModerator': [{ ...room, userId: 'x' }],
  'GET groups.members': [{ ...room, count: '5', offset: '1', filter: 'x', status: ['online'] }],
  'GET groups.info': [room, byName],
  'GET channels.list': [{ _id: 'x', ...pages }],
  'POST groups.rename': [{ ...room, name: 'n' }],
  'POST groups.setTopic': [{ ...byName, topic: 't' }],
  'POST channels.delete': [room],
  'POST groups.delete': [byName],
  'GET rooms.info': [room, byName],
  'POST rooms.saveRoomSettings': [{ rid: 'nowhere', roomName: 'n', roomTopic: 't', readOnly: true, systemMessages: ['uj'], retentionMaxAge: 1, roomCustomFields: {} }],
  'POST rooms.join': [room, byName],
  'GET rooms.isMember': [{ ...room, userId: 'x' }, { ...room, username: 'x' }],
  'GET rooms.adminRooms': [{ filter: 'x', types: ['c', 'p'], ...pages }],
  'POST im.create': [{ username: 'x' }, { usernames: 'x,y', excludeSelf: true }],
  'GET im.messages': [{ ...room, ...pages }, { username: 'x' }],
  'GET im.history': [{ ...room, latest: when, inclusive: 'true', ...pages }],
  'GET im.members': [{ ...room, filter: 'x', ...pages }],
  'GET subscriptions.get': [{ updatedSince: when }, {}],
  'GET subscriptions.getOne': [room],
  'POST subscriptions.read': [{ rid: 'nowhere', readThreads: true }, room],
  'GET settings.public': [{ _id: 'Site_Url,Threads_enabled', ...pages }],
};

/** The same parameters, each wrong in one place: a key too much, one missing, one of another type. */
function mutants(good: Params): Params[] {
  const made: Params[] = [{ ...good, unknownKey: 'x' }];
  for (const [key, value] of Object.entries(good)) {
    const { [key]: _, ...without } = good;
    made.push(without);
    for (const other of [{ a: 1 }, ['x'], [], 7, 0, true, false, null, 'text', '', '3', [null]]) made.push({ ...good, [key]: other });
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const inner of mutants(value as Params)) made.push({ ...good, [key]: inner });
    }
  }
  return made;
}

/**
 * What a query string can say: texts, and lists of texts. A list where a text is meant is left out: whether
 * it is taken depends on which of their two AJV instances compiled that schema.
 */
function sayable(good: Params, params: Params): boolean {
  return Object.entries(params).every(
    ([key, value]) =>
      typeof value === 'string' ||
      (Array.isArray(good[key]) && Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')),
  );
}

let workspace: WorkspaceUnderTest;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest({ version: '8.8.1' });
});
afterEach(() => workspace[Symbol.asyncDispose]());

/** Past HTTP, to which nothing here matters: there are some thousand of them. */
async function refused(method: string, path: string, params: Params): Promise<boolean> {
  const { state, admin } = workspace.server;
  const account = state.accounts.byId(admin.userId);
  if (account === undefined) throw new Error('The admin is gone');
  // A token of its own for each request: some of them log their caller out.
  const token = issueToken(state, account, { name: 'once', bypassTwoFactor: true });
  const query = method === 'GET' ? (structuredClone(params) as Record<string, string>) : {};
  const body = method === 'GET' ? {} : structuredClone(params);
  const headers = { 'x-user-id': admin.userId, 'x-auth-token': token };
  const rest = createRest(state, createRateLimiter(state.clock));
  const answer = await rest.answer({ method, path, query, body, headers, files: [], ip: '127.0.0.1' });
  expect(answer.status).not.toBe(401);
  return (JSON.parse(String(answer.body)) as Params)['errorType'] === 'error-invalid-params';
}

describe('what the sandbox takes and refuses, next to @rocket.chat/rest-typings 8.8.1', () => {
  it('has good parameters for every validator', () => {
    expect(Object.keys(GOOD).toSorted()).toEqual(validatedRequests.toSorted());
  });

  it.each(validatedRequests)('%s', async (request) => {
    const [method = '', path = ''] = request.split(' ');
    const disagreements: string[] = [];
    let refusals = 0;
    for (const good of GOOD[request] ?? []) {
      expect(validateRequest(method, path, good)).toBeUndefined();
      for (const params of [good, ...mutants(good)]) {
        if (method === 'GET' && !sayable(good, params)) continue;
        // Their schema for it runs in the instance for queries, which takes a list of one for a text.
        if (path === 'channels.addModerator' && Object.values(params).some((value) => Array.isArray(value) && value.length === 1)) continue;
        const theirs = validateRequest(method, path, params);
        const ours = await refused(method, path, params);
        if (theirs !== undefined) refusals += 1;
        if (ours !== (theirs !== undefined)) disagreements.push(`${ours ? 'only we refuse' : 'only they refuse'} ${JSON.stringify(params)}: ${theirs ?? ""}`);
      }
    }
    expect(disagreements).toEqual([]);
    if (request !== 'POST users.logout') expect(refusals).toBeGreaterThan(0);
  });
});

describe('what the sandbox answers, next to @rocket.chat/core-typings 8.8.1', () => {
  it('prints messages, rooms, users and subscriptions as their schemas say', async () => {
    const user = workspace.user('printed');
    const rid = await workspace.room('channels', 'printed', ['printed']);
    const parent = await workspace.say(user, rid, 'see http://example.org, @printed and #printed');
    await workspace.say(user, rid, 'reply', { tmid: parent['_id'] });
    await workspace.post('chat.react', { messageId: parent['_id'], emoji: ':+1:', shouldReact: true }, user);
    await workspace.post('chat.pinMessage', { messageId: parent['_id'] });
    await workspace.post('chat.update', { roomId: rid, msgId: parent['_id'], text: 'other' }, user);
    await workspace.post('channels.addModerator', { roomId: rid, userId: user.userId });
    const { body: history } = await workspace.get(`channels.messages?roomId=${rid}`);
    expect(history['messages'].length).toBeGreaterThanOrEqual(4);
    for (const message of history['messages']) expect(documentErrors('IMessage', message)).toBeUndefined();
    const { body: rooms } = await workspace.get('rooms.get');
    for (const one of rooms['update']) expect(documentErrors('IRoom', one)).toBeUndefined();
    const { body: subscriptions } = await workspace.get('subscriptions.get', user);
    expect(subscriptions['update']).toHaveLength(1);
    for (const one of subscriptions['update']) expect(documentErrors('ISubscription', one)).toBeUndefined();
    const { body: users } = await workspace.get('users.list');
    for (const one of users['users']) expect(documentErrors('IUser', one)).toBeUndefined();
  });

  it('prints refusals as their schemas say', async () => {
    const user = workspace.user('refused');
    const unknownKey = await workspace.post('chat.sendMessage', { message: { rid: 'x' }, y: 1 });
    expect([unknownKey.status, errorBodyErrors(400, unknownKey.body)]).toEqual([400, undefined]);
    const unknownMessage = await workspace.get('chat.getMessage?msgId=x');
    expect([unknownMessage.status, errorBodyErrors(400, unknownMessage.body)]).toEqual([400, undefined]);
    const anonymous = await workspace.get('me', nobody);
    expect([anonymous.status, errorBodyErrors(401, anonymous.body)]).toEqual([401, undefined]);
    const unprivileged = await workspace.get('settings/API_Default_Count', user);
    expect([unprivileged.status, errorBodyErrors(403, unprivileged.body)]).toEqual([403, undefined]);
    const unknownRoute = await workspace.get('no.such.route');
    expect([unknownRoute.status, errorBodyErrors(404, unknownRoute.body)]).toEqual([404, undefined]);
  });
});
