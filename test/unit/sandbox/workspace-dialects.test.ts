import { describe, expect, it } from 'vitest';
import type { Body } from '../../support/workspace-documents.ts';
import { startWorkspaceUnderTest, type WorkspaceUnderTest } from '../../support/sandbox-workspace.ts';

const versions = ['6.13', '7.13', '8.8', '9.0'] as const;
const since = '2020-01-01T00:00:00.000Z';

/** One question to a workspace of every version, in their order. */
async function everywhere<Result>(
  ask: (workspace: WorkspaceUnderTest) => Promise<Result>,
  options = {},
): Promise<Result[]> {
  const answers: Result[] = [];
  for (const version of versions) {
    await using workspace = await startWorkspaceUnderTest({ version, ...options });
    answers.push(await ask(workspace));
  }
  return answers;
}

describe('versions the sandbox workspace plays', () => {
  it('refuses to play one it does not know', async () => {
    await expect(startWorkspaceUnderTest({ version: '5.4' })).rejects.toThrow('not played');
  });

  it('answer 403 for what is forbidden only in 9.0', async () => {
    const answers = await everywhere(async (workspace) => {
      const { body } = await workspace.post('groups.create', { name: 'secret' });
      const refused = await workspace.get(
        `chat.syncMessages?roomId=${body['group']._id}&lastUpdate=${since}`,
        workspace.user('alice'),
      );
      return [refused.status, refused.body['errorType']];
    });
    expect(answers).toEqual([
      [400, 'error-not-allowed'],
      [400, 'error-not-allowed'],
      [400, 'error-not-allowed'],
      [403, 'error-forbidden'],
    ]);
  });

  it('name invalid parameters differently', async () => {
    const answers = await everywhere(async (workspace) => (await workspace.post('chat.update', {})).body['errorType']);
    expect(answers).toEqual(['invalid-params', 'invalid-params', 'error-invalid-params', 'error-invalid-params']);
  });

  it('sync since a time everywhere, by cursor from 7.13, with fromTs from 8.8', async () => {
    const answers = await everywhere(async (workspace) => {
      for (const msg of ['a', 'b', 'c']) await workspace.say(workspace.server.admin, 'GENERAL', msg);
      const ask = async (query: string): Promise<unknown> => {
        const { body } = await workspace.get(`chat.syncMessages?roomId=GENERAL&${query}`);
        return body['result']?.updated.length ?? body['errorType'];
      };
      return [
        await ask(`lastUpdate=${since}`),
        await ask('type=UPDATED&next=0&count=2'),
        await ask(`lastUpdate=${since}&fromTs=${since}`),
      ];
    });
    expect(answers).toEqual([
      [3, 'invalid-params', 'invalid-params'],
      [3, 2, 'invalid-params'],
      [3, 2, 3],
      [3, 2, 3],
    ]);
  });

  it('make tokens for others by a switch until 7, by a secret from 8', async () => {
    const answers = await everywhere(
      async (workspace) => {
        const { userId } = workspace.user('alice');
        const bodies = [{ userId }, { userId, secret: 'shared' }, { userId, secret: 'guessed' }];
        const statuses = [];
        for (const body of bodies) statuses.push((await workspace.post('users.createToken', body)).status);
        return statuses;
      },
      { createTokensSecret: 'shared' },
    );
    expect(answers).toEqual([
      [200, 400, 400],
      [200, 400, 400],
      [400, 200, 400],
      [400, 200, 400],
    ]);
    const without = await everywhere(async (workspace) => {
      const { userId } = workspace.user('alice');
      return (
        await workspace.post(
          'users.createToken',
          workspace.server.state.dialect.major < 8 ? { userId } : { userId, secret: '' },
        )
      ).status;
    });
    expect(without).toEqual([400, 400, 400, 400]);
  });

  it('upload in one step until 7, in two steps everywhere; each confirmation posts, since 8 only the uploader’s', async () => {
    const answers = await everywhere(async (workspace) => {
      const form = new FormData();
      form.set('file', new File(['hello'], 'note.txt', { type: 'text/plain' }));
      const direct = await workspace.post('rooms.upload/GENERAL', form);
      const { body } = await workspace.post('rooms.media/GENERAL', form);
      const confirm = `rooms.mediaConfirm/GENERAL/${body['file']._id}`;
      const stranger = await workspace.post(confirm, {}, workspace.user('alice'));
      const confirmed = await workspace.post(confirm, { msg: 'a note' });
      const again = await workspace.post(confirm, { msg: 'a note' });
      const { userId, token } = workspace.server.admin;
      const file = await fetch(`${workspace.server.url}${body['file'].url}`, {
        headers: { 'X-User-Id': userId, 'X-Auth-Token': token },
      });
      const outside = await fetch(`${workspace.server.url}${body['file'].url}`);
      expect(confirmed.body['message']).toMatchObject({
        msg: 'a note',
        file: { name: 'note.txt', size: 5 },
        attachments: [{ title_link: body['file'].url }],
      });
      const messages = workspace.server.state.messages.inRoom('GENERAL');
      const shown = messages.filter((message) => message.file?._id === body['file']._id).length;
      expect(again.body['message']._id).toBe(confirmed.body['message']._id);
      return [direct.status, stranger.status, again.status, shown, await file.text(), outside.status];
    });
    expect(answers).toEqual([
      [200, 200, 200, 3, 'hello', 403],
      [200, 200, 200, 3, 'hello', 403],
      [404, 400, 200, 2, 'hello', 403],
      [404, 400, 200, 2, 'hello', 403],
    ]);
  });

  it('hide or show the error of a method called over REST', async () => {
    const answers = await everywhere(async (workspace) => {
      const message = JSON.stringify({ msg: 'method', id: '1', method: 'nothing', params: [] });
      const { status, body } = await workspace.post('method.call/nothing', { message });
      return [status, JSON.parse(body['message'] as unknown as string).error.error];
    });
    expect(answers).toEqual([
      [200, 404],
      [200, 404],
      [400, 404],
      [400, 404],
    ]);
  });

  it('do not tell a wrong password from a missing second factor in 9.0', async () => {
    const answers = await everywhere(async (workspace) => {
      const { username, password, userId } = workspace.server.admin;
      const account = workspace.server.state.accounts.byId(userId);
      if (account !== undefined) account.secondFactor = { method: 'totp', code: '1' };
      return (await workspace.post('login', { user: username, password }, { userId: '', token: '' })).body['error'];
    });
    expect(answers).toEqual(['totp-required', 'totp-required', 'totp-required', 'unauthorized']);
  });
});

describe('syncing by cursor', () => {
  it('goes through pages, skips what shares a millisecond beyond a cut, and lists deletions', async () => {
    await using workspace = await startWorkspaceUnderTest({ version: '8.8' });
    const { admin, faults } = workspace.server;
    faults.delivery.updatedAtStepMs = 3_600_000;
    const said = [];
    for (const msg of ['a', 'b', 'c']) said.push(await workspace.say(admin, 'GENERAL', msg));
    const page = async (query: string): Promise<Body> =>
      (await workspace.get(`chat.syncMessages?roomId=GENERAL&${query}`)).body;
    const { result } = await page('type=UPDATED&next=0&count=2');
    expect(result?.updated).toHaveLength(2);
    expect((await page(`type=UPDATED&next=${result?.cursor.next}&count=2`))['result']).toMatchObject({
      updated: [],
      cursor: { next: null },
    });
    await workspace.post('chat.delete', { roomId: 'GENERAL', msgId: said[0]?.['_id'] });
    expect((await page('type=DELETED&next=0'))['result']?.deleted).toEqual([
      { _id: said[0]?.['_id'], _deletedAt: expect.any(String) },
    ]);
    expect((await page('type=UPDATED'))['result']).toMatchObject({ updated: [], deleted: [] });
  });

  it.each([
    ['roomId=GENERAL', 'error-param-required'],
    ['roomId=GENERAL&next=0', 'error-param-required'],
    ['roomId=GENERAL&type=UPDATED&next=0&previous=1', 'error-cursor-conflict'],
    [`roomId=GENERAL&type=UPDATED&next=0&lastUpdate=${since}`, 'error-cursor-and-lastUpdate-conflict'],
    ['roomId=GENERAL&lastUpdate=yesterday', 'error-lastUpdate-param-invalid'],
  ])('refuses %s', async (query, errorType) => {
    await using workspace = await startWorkspaceUnderTest({ version: '8.8' });
    expect((await workspace.get(`chat.syncMessages?${query}`)).body['errorType']).toBe(errorType);
  });
});
