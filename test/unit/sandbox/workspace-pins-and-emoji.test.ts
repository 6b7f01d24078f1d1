import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type Identity, startWorkspaceUnderTest, type WorkspaceUnderTest } from '../../support/sandbox-workspace.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

let workspace: WorkspaceUnderTest;
let alice: Identity;
let rid: string;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
  alice = workspace.user('alice');
  rid = await workspace.room('channels', 'town', ['alice']);
});
afterEach(() => workspace[Symbol.asyncDispose]());

describe('pins of the sandbox workspace', () => {
  it('are told by a message that does not name the pinned one; an unpin by the message itself', async () => {
    const { _id: messageId } = await workspace.say(alice, rid, 'pin me');
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-room-messages', rid);
    await workspace.post('chat.pinMessage', { messageId });
    await workspace.post('chat.pinMessage', { messageId });
    await listener.settle();
    expect(listener.messages()).toMatchObject([
      { t: 'message_pinned', attachments: [{ text: 'pin me', author_name: 'alice' }] },
    ]);
    expect(JSON.stringify(listener.messages())).not.toContain(messageId);
    expect((await workspace.get(`chat.getPinnedMessages?roomId=${rid}`, alice)).body).toMatchObject({
      messages: [{ _id: messageId, pinned: true, pinnedBy: { username: 'admin' } }],
      total: 1,
    });
    await workspace.post('chat.unPinMessage', { messageId });
    await listener.settle();
    expect(listener.messages().at(-1)).toMatchObject({ _id: messageId, pinned: false });
    expect((await workspace.get(`chat.getPinnedMessages?roomId=${rid}`, alice)).body).toMatchObject({ total: 0 });
  });

  it('are refused to those who may not, and to everybody where pinning is off', async () => {
    const { _id: messageId } = await workspace.say(alice, rid, 'x');
    expect((await workspace.post('chat.pinMessage', { messageId }, alice)).body['errorType']).toBe('not-authorized');
    workspace.server.state.settings.set('Message_AllowPinning', false);
    const refused = await workspace.post('chat.pinMessage', { messageId });
    expect(refused.body['errorType']).toBe('error-action-not-allowed');
  });
});

describe('reactions of the sandbox workspace', () => {
  it.each([
    ['6.13', undefined],
    ['8.8', { ':heart:': { usernames: ['admin'] } }],
  ])('of version %s, taken away where there are none', async (version, reactions) => {
    await using other = await startWorkspaceUnderTest({ version });
    const { _id: messageId } = await other.say(other.server.admin, 'GENERAL', 'x');
    await other.post('chat.react', { messageId, emoji: 'heart', shouldReact: false });
    expect(other.server.state.messages.get(messageId)?.reactions).toEqual(reactions);
  });
});

describe('custom emoji of the sandbox workspace', () => {
  const create = (name: string, bytes: Uint8Array<ArrayBuffer> = PNG, as: Identity = workspace.server.admin) => {
    const form = new FormData();
    form.append('name', name);
    form.append('aliases', 'parrot');
    form.append('emoji', new Blob([bytes], { type: 'image/png' }), 'emoji.png');
    return workspace.post('emoji-custom.create', form, as);
  };

  it('get a slug for a name, are listed, shown, told of, and may be reacted with', async () => {
    const listener = await workspace.realtime(alice);
    await listener.subscribe('stream-notify-logged', 'updateEmojiCustom');
    expect((await create('Party Parrot!')).body).toEqual({ success: true });
    await eventually(() => {
      const told = { emojiData: expect.objectContaining({ name: 'party_parrot', extension: 'png' }) };
      expect(listener.events('stream-notify-logged')).toEqual([[told], [told]]);
    });
    expect((await workspace.get('emoji-custom.list', alice)).body['emojis']).toMatchObject({
      update: [{ name: 'party_parrot', aliases: ['parrot'], extension: 'png' }],
      remove: [],
    });
    const image = await fetch(`${workspace.server.url}/emoji-custom/party_parrot.png`);
    expect([image.headers.get('content-type'), Buffer.from(await image.arrayBuffer())]).toEqual(['image/png', PNG]);
    const none = await fetch(`${workspace.server.url}/emoji-custom/nothing.png`);
    expect([none.status, none.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
    await none.body?.cancel();
    const { _id: messageId } = await workspace.say(alice, rid, 'x');
    await workspace.post('chat.react', { messageId, emoji: ':party_parrot:', shouldReact: true }, alice);
    expect(workspace.server.state.messages.get(messageId)?.reactions).toEqual({
      ':party_parrot:': { usernames: ['alice'] },
    });
  });

  it('are refused without a word when the name is taken or the caller may not, with one when it is no image', async () => {
    await create('cat');
    expect((await create('cat')).body).toEqual({ success: false });
    expect((await create('dog', PNG, alice)).body).toEqual({ success: false });
    const text = await create('dog', Buffer.from('not a picture'));
    expect(text.body['errorType']).toBe('emoji-is-not-image');
  });
});
