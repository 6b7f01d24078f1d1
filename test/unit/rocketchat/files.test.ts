import { afterEach, describe, expect, test } from 'vitest';
import type { WorkspaceUserId } from '../../../src/lib/core/ids.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import type { FileToUpload } from '../../../src/lib/rocketchat/file-types.ts';
import { acceptsMediaType, UPLOAD_SETTINGS, uploadLimitsFrom } from '../../../src/lib/rocketchat/upload-limits.ts';
import { startWorkspaceClients, type WorkspaceClients } from '../../support/workspace-accounts.ts';

const ends: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function clientsOf(version: string): Promise<WorkspaceClients> {
  const clients = await startWorkspaceClients({ version });
  ends.push(() => clients[Symbol.asyncDispose]());
  return clients;
}

async function* pieces(...all: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield Buffer.from(piece);
}

const note = (text = 'hello'): FileToUpload => ({
  fileName: 'nöte/"1"\r\n.txt',
  contentType: 'text/plain',
  size: Buffer.byteLength(text),
  body: pieces(text.slice(0, 2), text.slice(2)),
});

const textOf = async (body: ReadableStream<Uint8Array>): Promise<string> => new Response(body).text();

describe.each(['6.5', '6.13', '7.13', '8.8', '9.0'])('a workspace of version %s', (version) => {
  test('takes a file with caption, in a thread, and gives it back', async () => {
    const clients = await clientsOf(version);
    const { room, server, say } = clients;
    const alice = await clients.person('alice');
    const threadId = await say(alice, 'root');
    const since = Date.now() - 1;
    const caption = { caption: 'a *note*', threadId, alias: 'Alice of elsewhere' };
    const begun = await alice.beginUpload(room.id, note(), caption);
    expect(begun.state).toBe(version === '6.5' ? 'posted' : 'uploaded');
    if (begun.state === 'uploaded') {
      expect(await alice.ownFileMessages(room.id, since)).toEqual([]);
      await alice.confirmUpload(room.id, begun.fileId, caption);
    }
    const [posted, ...more] = await alice.ownFileMessages(room.id, since);
    expect(more).toEqual([]);
    expect(posted).toMatchObject({
      msg: 'a *note*',
      tmid: threadId,
      alias: 'Alice of elsewhere',
      file: { name: "nöte_'1'.txt", type: 'text/plain', size: 5 },
    });
    if (begun.state === 'uploaded') expect(posted).toMatchObject({ file: { _id: begun.fileId } });
    const [attachment] = posted!['attachments'] as { title_link: string }[];
    const download = await alice.downloadFile(attachment!.title_link, 5);
    expect(download).toMatchObject({ contentType: 'text/plain', size: 5 });
    expect(await textOf(download!.body)).toBe('hello');
    expect(await clients.admin.ownFileMessages(room.id, since)).toEqual([]);
    expect(server.state.messages.inRoom(room.id).filter(({ file }) => file !== undefined)).toHaveLength(1);
    expect([...clients.complaints]).toEqual([]);
  });
});

test('an answer lost after the confirmation can be looked up', async () => {
  const { admin, room, server } = await clientsOf('8.8');
  const since = Date.now() - 1;
  const begun = await admin.beginUpload(room.id, note(), {});
  server.faults.add({ path: 'mediaConfirm', action: 'drop-answer', times: 1 });
  const fileId = begun.state === 'uploaded' ? begun.fileId : '';
  await expect(admin.confirmUpload(room.id, fileId, {})).rejects.toMatchObject({ failure: 'network' });
  expect(await admin.ownFileMessages(room.id, since)).toMatchObject([{ file: { _id: fileId } }]);
});

test('limits are read as the workspace has them, without one too', async () => {
  const { admin, server, room } = await clientsOf('8.8');
  const read = async () => uploadLimitsFrom(await admin.publicSettings(UPLOAD_SETTINGS));
  const limits = await read();
  expect(limits).toEqual({
    enabled: true,
    enabledInDirectMessages: true,
    maxBytes: 104_857_600,
    whiteList: [],
    blackList: ['image/svg+xml'],
  });
  expect(acceptsMediaType(limits, 'image/svg+xml')).toBe(false);
  const { settings } = server.state;
  settings.set('FileUpload_MaxFileSize', -1);
  settings.set('FileUpload_MediaTypeWhiteList', 'image/*, text/plain');
  settings.set('FileUpload_Enabled', false);
  const others = await read();
  expect(others).toMatchObject({ enabled: false, maxBytes: undefined, whiteList: ['image/*', 'text/plain'] });
  const accepted = ['image/png', 'text/plain', 'text/html', 'image/svg+xml'].filter((type) =>
    acceptsMediaType(others, type),
  );
  expect(accepted).toEqual(['image/png', 'text/plain']);
  await expect(admin.beginUpload(room.id, note(), {})).rejects.toMatchObject({ code: 'error-file-upload-disabled' });
});

test('downloads stop at the limit, name a file that is gone, and are refused to strangers', async () => {
  const clients = await clientsOf('8.8');
  const { admin, room, server } = clients;
  const begun = await admin.beginUpload(room.id, note(), {});
  const path = `/file-upload/${begun.state === 'uploaded' ? begun.fileId : ''}/what%3F.txt`;
  await expect(admin.downloadFile(path, 4)).rejects.toMatchObject({ code: 'too-large' });
  expect(await admin.downloadFile('/file-upload/noSuchFile/a', 10)).toBeUndefined();
  const { userId, token } = server.createUser({ username: 'stranger', roles: ['user'] });
  const stranger = admin.as({ userId: userId as WorkspaceUserId, token: new Secret(token) });
  await expect(stranger.downloadFile(path, 10)).rejects.toMatchObject({ failure: 'refused', code: 'forbidden' });
});
