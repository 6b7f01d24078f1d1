import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { documentErrors } from '../../support/rest-typings.ts';
import { type Identity, startWorkspaceUnderTest, type WorkspaceUnderTest } from '../../support/sandbox-workspace.ts';

let workspace: WorkspaceUnderTest;
let alice: Identity;
let rid: string;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
  alice = workspace.user('alice', ['user', 'bot']);
  rid = await workspace.room('channels', 'town', ['alice']);
});
afterEach(() => workspace[Symbol.asyncDispose]());

const linkTo = (id: unknown): string => `${workspace.server.url}/channel/town?msg=${String(id)}`;
const quote = async (id: unknown, text: string, more: object = {}) =>
  workspace.say(alice, rid, `[ ](${linkTo(id)}) ${text}`, { ...more });

describe('quotes of the sandbox workspace', () => {
  it('hold quotes as deep as Message_QuoteChainLimit', async () => {
    const nested = (message: unknown): string[] => {
      const texts: string[] = [];
      let at = message as { attachments?: { text: string; attachments?: never[] }[] };
      while (at?.attachments?.[0] !== undefined) {
        texts.push(at.attachments[0].text.replace(/^\[ \]\(.*\) /, ''));
        at = at.attachments[0];
      }
      return texts;
    };
    const one = await workspace.say(alice, rid, 'one');
    const two = await quote(one['_id'], 'two');
    const three = await quote(two['_id'], 'three');
    expect(nested(await quote(three['_id'], 'four'))).toEqual(['three', 'two']);
    workspace.server.state.settings.set('Message_QuoteChainLimit', 1);
    expect(nested(await quote(two['_id'], 'x'))).toEqual(['two']);
    workspace.server.state.settings.set('Message_QuoteChainLimit', 3);
    expect(nested(await quote(three['_id'], 'four'))).toEqual(['three', 'two', 'one']);
  });

  it('come after what the client attached, and stay when the link is edited away', async () => {
    const [one, two] = [await workspace.say(alice, rid, 'one'), await workspace.say(alice, rid, 'two')];
    const message = await quote(one['_id'], 'yes', { attachments: [{ title: 'mine' }] });
    expect(message['attachments']).toMatchObject([{ title: 'mine' }, { text: 'one' }]);
    const text = `[ ](${linkTo(two['_id'])}) no`;
    const edited = await workspace.post('chat.update', { roomId: rid, msgId: message['_id'], text }, alice);
    expect(edited.body['message']['attachments']).toMatchObject([{ title: 'mine' }, { text: 'one' }, { text: 'two' }]);
  });

  it('are not made of what the sender cannot see', async () => {
    const group = await workspace.room('groups', 'secret');
    const hidden = await workspace.say(workspace.server.admin, group, 'secret');
    expect(await quote(hidden['_id'], 'guess')).not.toHaveProperty('attachments');
  });

  it('name people as the workspace shows them', async () => {
    workspace.server.state.settings.set('UI_Use_Real_Name', true);
    const one = await workspace.say(workspace.server.admin, rid, 'one');
    expect((await quote(one['_id'], 'two'))['attachments']).toMatchObject([{ author_name: 'Administrator' }]);
  });
});

describe('discussions of the sandbox workspace', () => {
  it('are rooms of their own, told of in their parent', async () => {
    const root = await workspace.say(workspace.server.admin, rid, 'let us talk');
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-room-messages', rid);
    const body = { prid: rid, pmid: root['_id'], t_name: 'The talk, aside', reply: 'here', users: [] };
    const { discussion } = (await workspace.post('rooms.createDiscussion', body, alice)).body as never;
    expect(discussion).toMatchObject({ prid: rid, t: 'c', fname: 'The talk, aside', topic: 'town' });
    const { _id: drid } = discussion as { _id: string };
    await listener.settle();
    const told = { t: 'discussion-created', drid, msg: 'The talk, aside', attachments: [{ text: 'let us talk' }] };
    // Once more with each message in it.
    expect(listener.messages()).toMatchObject([told, { ...told, dcount: 1 }]);
    const members = (await workspace.get(`channels.members?roomId=${drid}`, alice)).body['members'];
    expect(members.map(({ ['username']: name }) => String(name)).toSorted()).toEqual(['admin', 'alice']);
    expect(workspace.server.state.messages.inRoom(drid)).toMatchObject([
      { msg: '', u: { username: 'alice' }, attachments: [{ text: 'let us talk' }] },
      { msg: 'here' },
    ]);
    const again = (await workspace.post('rooms.createDiscussion', body, alice)).body as never;
    expect(again).toMatchObject({ discussion: { _id: drid } });
    for (const one of workspace.server.state.messages.inRoom(rid))
      expect(documentErrors('IMessage', JSON.parse(JSON.stringify(one)))).toBeUndefined();
    const inside = await workspace.post('rooms.createDiscussion', { prid: drid, t_name: 'x' }, alice);
    expect(inside.body['errorType']).toBe('error-nested-discussion');
  });
});

describe('who is there, in the sandbox workspace', () => {
  it('typing is told to the room, in the caller’s own name only', async () => {
    const listener = await workspace.realtime(workspace.server.admin);
    await listener.subscribe('stream-notify-room', `${rid}/user-activity`);
    const type = async (name: string, activities: string[], as = alice) => {
      const params = [`${rid}/user-activity`, name, activities, {}];
      const message = JSON.stringify({ msg: 'method', id: '1', method: 'stream-notify-room', params });
      return (await workspace.post('method.call/stream-notify-room', { message }, as)).status;
    };
    expect([await type('alice', ['user-typing']), await type('alice', []), await type('admin', [])]).toEqual([
      200, 200, 400,
    ]);
    expect(await type('stranger', ['user-typing'], workspace.user('stranger'))).toBe(400);
    await listener.settle();
    expect(listener.events('stream-notify-room')).toEqual([
      ['alice', ['user-typing'], {}],
      ['alice', [], {}],
    ]);
  });

  it('reading is a receipt only where the licence has them', async () => {
    const { _id: messageId } = await workspace.say(workspace.server.admin, rid, 'read me');
    const receipts = async () => (await workspace.get(`chat.getMessageReadReceipts?messageId=${messageId}`)).body;
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-notify-room', `${rid}/messagesRead`);
    await workspace.post('subscriptions.read', { rid, readThreads: true }, alice);
    expect((await receipts())['errorType']).toBe('error-action-not-allowed');
    workspace.server.state.licence.add('message-read-receipt');
    workspace.server.state.settings.set('Message_Read_Receipt_Enabled', true);
    await workspace.post('subscriptions.read', { rid }, alice);
    expect(await receipts()).toMatchObject({
      receipts: [{ messageId, userId: alice.userId, user: { username: 'alice' } }],
    });
    await listener.settle();
    expect(listener.events('stream-notify-room')).toEqual([[{ until: { $date: expect.any(Number) } }]]);
  });

  it('a status is told, and refused where the settings say so', async () => {
    const { settings } = workspace.server.state;
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-notify-logged', 'user-status');
    const set = async (status: string) =>
      (await workspace.post('users.setStatus', { status }, alice)).body['errorType'];
    expect(await set('busy')).toBeUndefined();
    await eventually(() =>
      expect(listener.events('stream-notify-logged').at(-1)?.[0]).toEqual(expect.arrayContaining(['alice', 3])),
    );
    settings.set('Accounts_AllowInvisibleStatusOption', false);
    expect(await set('offline')).toBe('error-status-not-allowed');
    settings.set('Accounts_AllowUserStatusMessageChange', false);
    expect(await set('online')).toBe('error-not-allowed');
  });
});

describe('pruning in the sandbox workspace', () => {
  const range = { oldest: '2020-01-01T00:00:00.000Z', latest: '2100-01-01T00:00:00.000Z' };
  const prune = async (more: object): Promise<unknown> =>
    (await workspace.post('rooms.cleanHistory', { roomId: rid, ...range, ...more })).body['count'];
  const left = (): string[] =>
    workspace.server.state.messages
      .inRoom(rid)
      .filter(({ t }) => t === undefined)
      .map(({ msg }) => msg);

  it('takes what is asked for and tells of the range', async () => {
    const root = await workspace.say(alice, rid, 'root');
    await workspace.say(alice, rid, 'reply', { tmid: root['_id'] });
    const pinned = await workspace.say(workspace.server.admin, rid, 'pinned');
    await workspace.post('chat.pinMessage', { messageId: pinned['_id'] });
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-notify-room', `${rid}/deleteMessageBulk`);
    await listener.subscribe('stream-notify-room', `${rid}/deleteMessage`);
    expect(await prune({ users: ['alice'], ignoreThreads: true })).toBe(1);
    expect(left()).toEqual(['reply', 'pinned']);
    expect(await prune({ users: ['nobody'] })).toBe(0);
    expect(await prune({ limit: 1 })).toBe(1);
    expect(left()).toEqual(['pinned']);
    await prune({ excludePinned: true });
    expect(left()).toEqual(['pinned']);
    await listener.settle();
    const told = listener.events('stream-notify-room').map(([one]) => one as { users: unknown; ids?: unknown });
    expect(told).toMatchObject([
      { rid, users: ['alice'], ts: { $gt: { $date: Date.parse(range.oldest) } } },
      { users: [], ids: [expect.any(String)] },
      { excludePinned: true },
    ]);
    expect(told[0]).not.toHaveProperty('ids');
    const since = await workspace.get(`chat.getDeletedMessages?roomId=${rid}&since=${range.oldest}`, alice);
    expect(since.body['messages'].map(({ _id }) => _id)).toContain(root['_id']);
  });

  it('of files alone leaves the messages, and is told to nobody', async () => {
    const form = new FormData();
    form.append('file', new Blob(['x'], { type: 'text/plain' }), 'a.txt');
    const { file } = (await workspace.post(`rooms.media/${rid}`, form, alice)).body;
    await workspace.post(`rooms.mediaConfirm/${rid}/${file._id}`, { msg: 'see' }, alice);
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-room-messages', rid);
    expect(await prune({ filesOnly: true })).toBe(1);
    expect(workspace.server.state.messages.inRoom(rid).find(({ msg }) => msg === 'see')).toMatchObject({
      attachments: [{ text: expect.stringContaining('removed') }],
    });
    await listener.settle();
    expect(listener.messages()).toEqual([]);
  });

  it('is for those who may', async () => {
    const refused = await workspace.post('rooms.cleanHistory', { roomId: rid, ...range }, alice);
    expect(refused.body['errorType']).toBe('error-not-allowed');
  });
});

describe('attachments of bots, in the sandbox workspace', () => {
  it('are refused where Rocket.Chat refuses them, and stored as they came else', async () => {
    const bot = workspace.user('hooks', ['bot']);
    const attach = (attachment: Record<string, unknown>) =>
      workspace.post('chat.postMessage', { roomId: rid, attachments: [attachment] }, bot);
    const odd = { text: 'x', unheardOf: [1], title_link: '/file-upload/a/b', fields: [{ title: 'a', value: 1 }] };
    const { body } = await attach(odd);
    expect(body['message']).toMatchObject({ msg: '', attachments: [odd] });
    for (const wrong of [{ text: 7 }, { title_link: 'javascript:x' }, { actions: [{ url: 'x' }] }])
      expect((await attach(wrong)).body).toMatchObject({ success: false, error: 'Match failed [400]' });
    expect((await attach({ fields: [{ title: 'a' }] })).body['error']).toMatch(/^Invalid attachment field/);
  });
});

describe('calls of the sandbox workspace', () => {
  it('are a message without text whose block names the call', async () => {
    const started = await workspace.post('video-conference.start', { roomId: rid }, alice);
    const { callId } = started.body['data'] as unknown as { callId: string };
    expect(workspace.server.state.messages.inRoom(rid).at(-1)).toMatchObject({
      t: 'videoconf',
      msg: '',
      blocks: [{ type: 'video_conf', callId }],
    });
    expect((await workspace.post('video-conference.start', { roomId: 'nowhere' }, alice)).status).toBe(400);
  });
});
