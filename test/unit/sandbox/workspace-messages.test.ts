import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import {
  type Identity,
  manualClock,
  startWorkspaceUnderTest,
  type WorkspaceUnderTest,
} from '../../support/sandbox-workspace.ts';

let workspace: WorkspaceUnderTest;
let alice: Identity;
let rid: string;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
  alice = workspace.user('alice', ['user', 'bot']);
  rid = await workspace.room('channels', 'town');
});
afterEach(() => workspace[Symbol.asyncDispose]());

const stored = (): Record<string, unknown>[] =>
  workspace.server.state.messages.inRoom(rid) as unknown as Record<string, unknown>[];

describe('sending to the sandbox workspace', () => {
  it('stores a message once, however often its id is sent', async () => {
    await workspace.say(alice, rid, 'first', { _id: 'abcdefghijkmnopqr' });
    const again = await workspace.post(
      'chat.sendMessage',
      { message: { _id: 'abcdefghijkmnopqr', rid, msg: 'second' } },
      alice,
    );
    expect(again.status).toBe(400);
    expect(again.body).toEqual({
      success: false,
      error: expect.stringMatching(/^Cannot read properties of undefined/),
    });
    expect(stored().map(({ msg }) => msg)).toEqual(['first']);
    const { body } = await workspace.get('chat.getMessage?msgId=abcdefghijkmnopqr', alice);
    expect(body['message']).toMatchObject({ msg: 'first', rid, u: { username: 'alice' } });
  });

  it('refuses a body with a key it does not know', async () => {
    const { status, body } = await workspace.post('chat.sendMessage', { message: { rid, msg: 'hi' }, extra: 1 }, alice);
    expect([status, body['errorType']]).toEqual([400, 'error-invalid-params']);
    expect(stored()).toEqual([]);
  });

  it('keeps the place that a message is about, and refuses one that is not on earth', async () => {
    const at = (...coordinates: number[]) => ({ msg: 'here', location: { type: 'Point', coordinates } });
    const far = await workspace.post('chat.sendMessage', { message: { rid, ...at(16, 148) } }, alice);
    expect(far.status).toBe(400);
    await workspace.post('chat.sendMessage', { message: { rid, ...at(16.3, 48.2) } }, alice);
    expect(stored()).toMatchObject([at(16.3, 48.2)]);
  });

  it('refuses a text longer than Message_MaxAllowedSize, an empty one, and a system message', async () => {
    const refusal = async (message: object): Promise<unknown> => {
      const { status, body } = await workspace.post('chat.sendMessage', { message: { rid, ...message } }, alice);
      return [status, body['errorType'] ?? body['error']];
    };
    expect(await refusal({ msg: 'x'.repeat(5001) })).toEqual([400, 'error-message-size-exceeded']);
    expect(await refusal({ msg: '  ' })).toEqual([400, 'error-invalid-message']);
    expect(await refusal({ msg: 'x', t: 'uj' })).toEqual([400, "Cannot send system messages using 'chat.sendMessage'"]);
    expect(stored()).toEqual([]);
    await workspace.say(alice, rid, 'x'.repeat(5000));
  });

  it("honours a client's time within 10 s, replaces it within 60 s and refuses it beyond", async () => {
    const clock = manualClock();
    await using still = await startWorkspaceUnderTest({ clock });
    const now = clock.now();
    const at = async (ts: number): Promise<unknown> => {
      const { body } = await still.post('chat.sendMessage', {
        message: { rid: 'GENERAL', msg: 'x', ts: new Date(ts).toISOString() },
      });
      return body['errorType'] ?? Date.parse(body['message'].ts);
    };
    expect(await at(now - 9000)).toBe(now - 9000);
    expect(await at(now - 11_000)).toBe(now);
    expect(await at(now + 61_000)).toBe('error-message-ts-out-of-sync');
  });

  it('refuses @all from somebody who may not mention everybody', async () => {
    const bot = workspace.user('only-bot', ['bot']);
    const { status, body } = await workspace.post('chat.sendMessage', { message: { rid, msg: 'hello @all' } }, bot);
    expect([status, body['errorType']]).toEqual([400, 'error-action-not-allowed']);
    expect(await workspace.say(alice, rid, 'hello @all')).toMatchObject({ mentions: [{ _id: 'all' }] });
  });

  it('lets only bots speak under another name', async () => {
    const refused = await workspace.post('chat.sendMessage', { message: { rid, msg: 'x', alias: 'Bob' } });
    expect([refused.status, refused.body['error']]).toEqual([400, 'Not enough permission']);
    expect(await workspace.say(alice, rid, 'x', { alias: 'Bob' })).toMatchObject({
      alias: 'Bob',
      u: { username: 'alice' },
    });
  });

  it("obeys an App's veto and an App's pen", async () => {
    workspace.server.state.apps.add((message) => {
      if (message.msg.includes('secret')) return 'prevent';
      return message.msg.includes('dog') ? { ...message, msg: message.msg.replace('dog', 'cat') } : undefined;
    });
    const { status, body } = await workspace.post('chat.sendMessage', { message: { rid, msg: 'secret' } }, alice);
    expect([status, body['errorType']]).toEqual([400, 'error-app-prevented-sending']);
    expect(await workspace.say(alice, rid, 'a dog')).toMatchObject({ msg: 'a cat' });
    expect(stored()).toHaveLength(1);
  });

  it('refuses sends and edits, but not reads and reactions, on a restricted workspace', async () => {
    const message = await workspace.say(alice, rid, 'before');
    workspace.server.state.settings.set('Cloud_Workspace_AirGapped_Restrictions_Remaining_Days', 0);
    const restricted = { status: 400, body: { success: false, error: 'restricted-workspace' } };
    expect(await workspace.post('chat.sendMessage', { message: { rid, msg: 'x' } }, alice)).toMatchObject(restricted);
    expect(await workspace.post('chat.update', { roomId: rid, msgId: message['_id'], text: 'x' }, alice)).toMatchObject(
      restricted,
    );
    expect(
      await workspace.post('chat.react', { messageId: message['_id'], emoji: 'heart', shouldReact: true }, alice),
    ).toMatchObject({ status: 200 });
    expect(await workspace.get(`chat.getMessage?msgId=${message['_id']}`, alice)).toMatchObject({ status: 200 });
  });

  it('builds a quote from a link to a message the sender can see', async () => {
    const quoted = await workspace.say(alice, rid, 'wise words');
    const link = `${workspace.server.url}/channel/town?msg=${quoted['_id']}`;
    const reply = await workspace.say(alice, rid, `[ ](${link}) indeed`);
    expect(reply['attachments']).toEqual([
      expect.objectContaining({ text: 'wise words', author_name: 'alice', message_link: link }),
    ]);
  });
});

describe('editing and deleting in the sandbox workspace', () => {
  it('lets authors and moderators edit, nobody else, and does nothing for the same text', async () => {
    const message = await workspace.say(alice, rid, 'one');
    const edit = (as: Identity, text: string): ReturnType<WorkspaceUnderTest['post']> =>
      workspace.post('chat.update', { roomId: rid, msgId: message['_id'], text }, as);
    const same = await edit(alice, 'one');
    expect(same.body['message']['editedAt']).toBeUndefined();
    expect((await edit(alice, 'two')).body['message']).toMatchObject({ msg: 'two', editedBy: { username: 'alice' } });
    const bob = workspace.user('bob');
    expect((await edit(bob, 'three')).body['errorType']).toBe('error-action-not-allowed');
    await workspace.post('channels.join', { roomId: rid }, bob);
    await workspace.post('channels.addModerator', { roomId: rid, userId: bob.userId });
    expect((await edit(bob, 'four')).body['message']).toMatchObject({ msg: 'four', editedBy: { username: 'bob' } });
  });

  it('stops editing after the time the settings allow, except for bots', async () => {
    const clock = manualClock();
    await using timed = await startWorkspaceUnderTest({
      clock,
      settings: { Message_AllowEditing_BlockEditInMinutes: 5 },
    });
    const user = timed.user('carol');
    const bot = timed.user('robot', ['user', 'bot']);
    const ids = await Promise.all([user, bot].map(async (who) => (await timed.say(who, 'GENERAL', 'x'))['_id']));
    clock.advance(6 * 60_000);
    const edits = await Promise.all(
      [user, bot].map((who, i) => timed.post('chat.update', { roomId: 'GENERAL', msgId: ids[i], text: 'y' }, who)),
    );
    expect(edits.map(({ body }) => body['errorType'] ?? body['message'].msg)).toEqual([
      'error-message-editing-blocked',
      'y',
    ]);
  });

  it('removes a deleted message for good, hides it, or leaves a trace, as the settings say', async () => {
    const { settings } = workspace.server.state;
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-room-messages', rid);
    await listener.subscribe('stream-notify-room', `${rid}/deleteMessage`);
    const sayAndDelete = async (text: string): Promise<string> => {
      const { _id } = await workspace.say(alice, rid, text);
      expect((await workspace.post('chat.delete', { roomId: rid, msgId: _id }, alice)).status).toBe(200);
      return _id;
    };
    const gone = await sayAndDelete('gone');
    settings.set('Message_KeepHistory', true);
    const hidden = await sayAndDelete('hidden');
    settings.set('Message_ShowDeletedStatus', true);
    const traced = await sayAndDelete('traced');
    await listener.settle();

    expect(listener.events('stream-notify-room').flat()).toEqual([{ _id: gone }, { _id: hidden }]);
    expect(listener.messages().filter(({ t }) => t === 'rm')).toMatchObject([
      { _id: traced, msg: '', editedBy: { username: 'alice' } },
    ]);
    const { body } = await workspace.get(`chat.syncMessages?roomId=${rid}&lastUpdate=2020-01-01T00:00:00.000Z`, alice);
    expect(body['result']?.deleted.map(({ _id }) => _id)).toEqual([gone]);
    expect(body['result']?.updated.map(({ _id }) => _id)).toEqual([traced]);
    expect((await workspace.get(`chat.getMessage?msgId=${hidden}`, alice)).body['message']).toMatchObject({
      _hidden: true,
    });
    expect(
      (await workspace.get(`chat.getDeletedMessages?roomId=${rid}&since=2020-01-01T00:00:00.000Z`, alice)).body,
    ).toMatchObject({ messages: [{ _id: gone }], total: 1 });
    expect((await workspace.get(`channels.info?roomId=${rid}`)).body['channel'].msgs).toBe(0);
  });

  it('says so when there is nothing to delete, and refuses to delete for others', async () => {
    const missing = await workspace.post('chat.delete', { roomId: rid, msgId: 'nothing' }, alice);
    expect(missing).toMatchObject({ status: 400, body: { error: 'No message found with the id of "nothing".' } });
    const { _id } = await workspace.say(alice, rid, 'mine');
    const bob = workspace.user('bob');
    expect((await workspace.post('chat.delete', { roomId: rid, msgId: _id }, bob)).body['errorType']).toBe(
      'error-action-not-allowed',
    );
    expect((await workspace.post('chat.delete', { roomId: rid, msgId: _id })).status).toBe(200);
  });

  it('keeps the root of a thread as a trace', async () => {
    const root = await workspace.say(alice, rid, 'root');
    await workspace.say(alice, rid, 'reply', { tmid: root['_id'] });
    await workspace.post('chat.delete', { roomId: rid, msgId: root['_id'] }, alice);
    expect((await workspace.get(`chat.getMessage?msgId=${root['_id']}`, alice)).body['message']).toMatchObject({
      t: 'rm',
      msg: '',
    });
  });
});

describe('what the sandbox workspace announces again as a whole', () => {
  it('the message for its url preview, and the parent for its replies', async () => {
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-room-messages', '__my_messages__');
    const linked = await workspace.say(alice, rid, 'see http://example.org/');
    await eventually(() => {
      const seen = listener.messages().filter(({ _id }) => _id === linked['_id']);
      expect(seen.map(({ urls, editedAt }) => [urls[0]?.meta, editedAt])).toEqual([
        [{}, undefined],
        [{ pageTitle: 'example.org' }, undefined],
      ]);
    });
    const reply = await workspace.say(alice, rid, 'reply', { tmid: linked['_id'] });
    const nested = await workspace.say(alice, rid, 'nested', { tmid: reply['_id'] });
    expect(nested['tmid']).toBe(linked['_id']);
    await listener.settle();
    const seen = listener.messages().filter(({ _id }) => _id === linked['_id']);
    expect(seen.map(({ tcount }) => tcount).slice(2)).toEqual([1, 2]);
    expect((await workspace.get(`chat.getThreadMessages?tmid=${linked['_id']}`, alice)).body).toMatchObject({
      total: 2,
    });
  });

  it('reactions: set once, toggled, and refused for what is no emoji', async () => {
    const { _id: messageId } = await workspace.say(alice, rid, 'x');
    const react = (body: object): ReturnType<WorkspaceUnderTest['post']> =>
      workspace.post('chat.react', { messageId, ...body }, alice);
    await react({ emoji: ':heart:', shouldReact: true });
    await react({ emoji: 'heart', shouldReact: true });
    expect(workspace.server.state.messages.get(messageId)?.reactions).toEqual({ ':heart:': { usernames: ['alice'] } });
    await react({ reaction: 'heart' });
    expect(workspace.server.state.messages.get(messageId)?.reactions).toBeUndefined();
    expect((await react({ emoji: 'no_such_emoji', shouldReact: true })).body['errorType']).toBe('error-not-allowed');
  });
});
