import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueToken } from '../../src/sandbox/workspace/accounts.ts';
import { createRateLimiter } from '../../src/sandbox/workspace/rate-limiter.ts';
import { createRest } from '../../src/sandbox/workspace/rest.ts';
import { goodRequests } from '../support/request-examples.ts';
import { documentErrors, errorBodyErrors, validatedRequests, validateRequest } from '../support/rest-typings.ts';
import { nobody, startWorkspaceUnderTest, type WorkspaceUnderTest } from '../support/sandbox-workspace.ts';

type Params = Record<string, unknown>;

/** The same parameters, each wrong in one place: a key too much, one missing, one of another type. */
function mutants(good: Params): Params[] {
  const made: Params[] = [{ ...good, unknownKey: 'x' }];
  for (const [key, value] of Object.entries(good)) {
    const { [key]: _, ...without } = good;
    made.push(without);
    for (const other of [{ a: 1 }, ['x'], [], 7, 0, true, false, null, 'text', '', '3', [null]])
      made.push({ ...good, [key]: other });
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
      (Array.isArray(good[key]) &&
        Array.isArray(value) &&
        value.length > 0 &&
        value.every((one) => typeof one === 'string')),
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
    expect(Object.keys(goodRequests).toSorted()).toEqual(validatedRequests.toSorted());
  });

  it.each(validatedRequests)('%s', async (request) => {
    const [method = '', path = ''] = request.split(' ');
    const disagreements: string[] = [];
    let refusals = 0;
    for (const good of goodRequests[request] ?? []) {
      expect(validateRequest(method, path, good)).toBeUndefined();
      for (const params of [good, ...mutants(good)]) {
        if (method === 'GET' && !sayable(good, params)) continue;
        // Their schema for it runs in the instance for queries, which takes a list of one for a text.
        if (
          path === 'channels.addModerator' &&
          Object.values(params).some((value) => Array.isArray(value) && value.length === 1)
        )
          continue;
        const theirs = validateRequest(method, path, params);
        const ours = await refused(method, path, params);
        if (theirs !== undefined) refusals += 1;
        if (ours !== (theirs !== undefined))
          disagreements.push(
            `${ours ? 'only we refuse' : 'only they refuse'} ${JSON.stringify(params)}: ${theirs ?? ''}`,
          );
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
