import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newMessageId, startWorkspaceClients, type WorkspaceClients } from '../../support/workspace-accounts.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

describe.each(['6.13', '7.13', '8.8', '9.0'])('a workspace of version %s', (version) => {
  let clients: WorkspaceClients;
  beforeEach(async () => {
    clients = await startWorkspaceClients({ version });
  });
  afterEach(async () => {
    expect([...clients.complaints]).toEqual([]);
    await clients[Symbol.asyncDispose]();
  });

  test('reactions are set and taken away once, however often it is asked', async () => {
    const { admin, person, say, server } = clients;
    const alice = await person('alice');
    const id = await say(admin, 'x');
    const reactions = (): unknown => server.state.messages.get(id)?.reactions;
    await alice.react(id, ':thumbsup:', false);
    expect(reactions()).toBeUndefined();
    await alice.react(id, ':thumbsup:', true);
    await alice.react(id, ':thumbsup:', true);
    await admin.react(id, ':heart:', true);
    expect(reactions()).toEqual({ ':thumbsup:': { usernames: ['alice'] }, ':heart:': { usernames: ['admin'] } });
    await alice.react(id, ':thumbsup:', false);
    await alice.react(id, ':thumbsup:', false);
    expect(reactions()).toEqual({ ':heart:': { usernames: ['admin'] } });
    await alice.react(newMessageId(), ':heart:', false);
    await expect(alice.react(id, ':no_emoji_at_all:', true)).rejects.toMatchObject({ failure: 'refused' });
  });

  test('pins are set and taken away once, and listed', async () => {
    const { admin, room, say, server } = clients;
    const [one, other] = [await say(admin, 'one'), await say(admin, 'other')];
    for (const id of [one, one, other, other]) await admin.pinMessage(id);
    expect((await admin.pinnedMessages(room.id)).map(({ _id }) => _id)).toEqual([one, other]);
    await admin.unpinMessage(one);
    await admin.unpinMessage(one);
    expect((await admin.pinnedMessages(room.id)).map(({ _id }) => _id)).toEqual([other]);
    const notes = server.state.messages.inRoom(room.id).filter(({ t }) => t === 'message_pinned');
    expect(notes).toHaveLength(2);
  });

  test('custom emoji are made, listed and fetched', async () => {
    const { admin, person } = clients;
    expect(await admin.customEmoji()).toEqual([]);
    await admin.createCustomEmoji('party_parrot', PNG, 'image/png');
    expect(await admin.customEmoji()).toEqual([
      { name: 'party_parrot', aliases: [], extension: 'png', etag: expect.any(String) },
    ]);
    await expect(admin.createCustomEmoji('party_parrot', PNG, 'image/png')).rejects.toMatchObject({
      failure: 'refused',
    });
    await expect((await person('alice')).createCustomEmoji('cat', PNG, 'image/png')).rejects.toMatchObject({
      failure: 'refused',
    });
    const image = await admin.emojiImage('party_parrot', 'png', 1000);
    expect([image?.contentType, Buffer.from(image?.bytes ?? [])]).toEqual(['image/png', PNG]);
    expect(await admin.emojiImage('nothing', 'png', 1000)).toBeUndefined();
    await expect(admin.emojiImage('party_parrot', 'png', 10)).rejects.toMatchObject({ code: 'too-large' });
    await admin.createCustomEmoji('dance', Buffer.from('GIF89a-and-so-on'), 'image/gif');
    expect((await admin.emojiImage('dance', 'gif', 1000))?.contentType).toBe('image/gif');
  });

  test('replies go to threads, shown in the room if so wished, and are edited there', async () => {
    const { admin, room, say, server } = clients;
    const root = await say(admin, 'root');
    const reply = newMessageId();
    await admin.sendMessage({ id: reply, roomId: room.id, text: 'reply', threadId: root, showInChannel: true });
    const nested = await say(admin, 'nested', reply);
    await admin.updateMessage(room.id, nested, 'nested!');
    const stored = (id: string): unknown => server.state.messages.get(id);
    expect(stored(reply)).toMatchObject({ tmid: root, tshow: true });
    expect(stored(nested)).toMatchObject({ tmid: root, msg: 'nested!' });
    expect(stored(nested)).not.toHaveProperty('tshow');
    expect(stored(root)).toMatchObject({ tcount: 2 });
  });

  test('attachments go along with a text', async () => {
    const { admin, room } = clients;
    const attachments = [{ title: 'Build 12', text: 'passed', color: '#0a0' }];
    const sent = await admin.sendMessage({ id: newMessageId(), roomId: room.id, text: 'ci', attachments });
    expect(sent).toMatchObject({ msg: 'ci', attachments });
  });
});
