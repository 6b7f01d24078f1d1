import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  manualClock,
  type Identity,
  startWorkspaceUnderTest,
  type WorkspaceUnderTest,
} from '../../support/sandbox-workspace.ts';
import { picture } from '../../../src/sandbox/features/sample-media.ts';
import { documentErrors } from '../../support/rest-typings.ts';

let workspace: WorkspaceUnderTest;
let alice: Identity;
let rid: string;
beforeEach(async () => {
  workspace = await startWorkspaceUnderTest();
  alice = workspace.user('alice', ['user', 'bot']);
  rid = await workspace.room('channels', 'town', ['alice']);
});
afterEach(() => workspace[Symbol.asyncDispose]());

const form = (bytes: Uint8Array<ArrayBuffer>, type: string, name: string): FormData => {
  const made = new FormData();
  made.append('file', new Blob([bytes], { type }), name);
  return made;
};
const media = (bytes: Uint8Array<ArrayBuffer>, type: string, name = 'a.bin', room = rid) =>
  workspace.post(`rooms.media/${room}`, form(bytes, type, name), alice);
const post = async (bytes: Uint8Array<ArrayBuffer>, type: string, name: string, body: object = {}) => {
  const uploaded = (await media(bytes, type, name)).body['file'];
  return (await workspace.post(`rooms.mediaConfirm/${rid}/${uploaded._id}`, body, alice)).body['message'];
};
const fetched = async (path: string): Promise<Response> =>
  fetch(`${workspace.server.url}${path}`, { headers: { 'X-User-Id': alice.userId, 'X-Auth-Token': alice.token } });

describe('files of the sandbox workspace', () => {
  it('of a small picture show the picture with its size', async () => {
    const bytes = picture(40, 30);
    const message = await post(bytes, 'image/png', 'smäll one.png', { msg: 'look' });
    const url = message['attachments'] as { image_url: string }[];
    expect(message).toMatchObject({
      msg: 'look',
      file: { name: 'smäll one.png', type: 'image/png', size: bytes.length, format: 'png' },
      files: [{ name: 'smäll one.png' }],
      attachments: [
        {
          type: 'file',
          title: 'smäll one.png',
          image_type: 'image/png',
          image_size: bytes.length,
          image_dimensions: { width: 40, height: 30 },
          title_link_download: true,
        },
      ],
    });
    expect(url[0]?.image_url).toMatch(/^\/file-upload\/\w+\/sm%C3%A4ll%20one\.png$/);
    expect(Buffer.from(await (await fetched(url[0]!.image_url)).arrayBuffer())).toEqual(bytes);
  });

  it('of a large picture show a thumbnail, and link the original', async () => {
    const bytes = picture(960, 540);
    const message = await post(bytes, 'image/png', 'large.png');
    // Their schema wants an attachment to be of one kind only, and every file's is of two.
    expect(documentErrors('IMessage', { ...message, attachments: [] })).toBeUndefined();
    const [attachment] = message['attachments'] as { image_url: string; title_link: string }[];
    const [original, thumbnail] = message['files'] as { _id: string }[];
    expect(attachment).toMatchObject({
      image_size: bytes.length,
      image_dimensions: { width: 480, height: 270 },
      image_url: `/file-upload/${thumbnail?._id}/large.png`,
      title_link: `/file-upload/${original?._id}/large.png`,
    });
    expect(thumbnail).toMatchObject({ name: 'thumb-large.png', typeGroup: 'thumb' });
    const shown = Buffer.from(await (await fetched(attachment!.image_url)).arrayBuffer());
    expect([shown.readUInt32BE(16), shown.readUInt32BE(20)]).toEqual([480, 270]);
    expect(Buffer.from(await (await fetched(attachment!.title_link)).arrayBuffer())).toEqual(bytes);
    await workspace.post('chat.delete', { roomId: rid, msgId: message['_id'] }, alice);
    for (const path of [attachment!.image_url, attachment!.title_link]) expect((await fetched(path)).status).toBe(404);
  });

  it('of sound, film and anything else name their kind', async () => {
    const bytes = Buffer.from('xyz');
    expect((await post(bytes, 'audio/ogg', 'a.ogg'))['attachments']).toMatchObject([
      { audio_url: expect.stringContaining('a.ogg'), audio_type: 'audio/ogg', audio_size: 3 },
    ]);
    expect((await post(bytes, 'video/mp4', 'a.mp4'))['attachments']).toMatchObject([
      { video_url: expect.stringContaining('a.mp4'), video_type: 'video/mp4', video_size: 3 },
    ]);
    expect((await post(bytes, 'application/pdf', 'a.pdf'))['attachments']).toMatchObject([
      { format: 'pdf', size: 3, fileId: expect.any(String) },
    ]);
  });

  it('have a description that editing changes, or else a text', async () => {
    const described = await post(Buffer.from('x'), 'text/plain', 'a.txt', { description: 'old' });
    const texted = await post(Buffer.from('x'), 'text/plain', 'b.txt', { msg: 'old' });
    const edit = async (msgId: string, text: string) =>
      (await workspace.post('chat.update', { roomId: rid, msgId, text }, alice)).body['message'];
    expect(await edit(described['_id'], 'new')).toMatchObject({ msg: '', attachments: [{ description: 'new' }] });
    const edited = await edit(texted['_id'], 'new');
    expect(edited).toMatchObject({ msg: 'new', attachments: [{ title: 'b.txt' }] });
    const same = await edit(described['_id'], 'new');
    expect(same['editedAt']).toBe((await edit(described['_id'], 'new'))['editedAt']);
  });

  it('go to threads', async () => {
    const { _id: tmid } = await workspace.say(alice, rid, 'root');
    expect(await post(Buffer.from('x'), 'text/plain', 'a.txt', { tmid })).toMatchObject({ tmid });
    expect(workspace.server.state.messages.get(tmid)).toMatchObject({ tcount: 1 });
  });

  it('are refused as the settings say', async () => {
    const { settings } = workspace.server.state;
    const refusal = async (type = 'text/plain', size = 10, room = rid): Promise<unknown> =>
      (await media(Buffer.alloc(size), type, 'a', room)).body['errorType'];
    expect(await refusal('image/svg+xml')).toBe('error-invalid-file-type');
    settings.set('FileUpload_MediaTypeWhiteList', 'image/*, audio/ogg');
    expect(
      await Promise.all(['text/plain', 'image/png', 'audio/ogg', 'audio/mp3'].map((type) => refusal(type))),
    ).toEqual(['error-invalid-file-type', undefined, undefined, 'error-invalid-file-type']);
    settings.set('FileUpload_MediaTypeWhiteList', '');
    settings.set('FileUpload_MaxFileSize', 10);
    expect([await refusal('text/plain', 10), await refusal('text/plain', 11)]).toEqual([
      undefined,
      'error-file-too-large',
    ]);
    settings.set('FileUpload_MaxFileSize', -1);
    expect(await refusal('text/plain', 11)).toBeUndefined();
    const direct = (await workspace.post('im.create', { username: 'admin' }, alice)).body['room']._id;
    settings.set('FileUpload_Enabled_Direct', false);
    expect(await refusal('text/plain', 1, direct)).toBe('error-direct-message-file-upload-not-allowed');
    settings.set('FileUpload_Enabled', false);
    expect(await refusal()).toBe('error-file-upload-disabled');
  });

  it('of a room that the caller cannot see are refused without a reason', async () => {
    const group = await workspace.room('groups', 'secret');
    const refused = await media(Buffer.from('x'), 'text/plain', 'a', group);
    expect([refused.status, refused.body['error']]).toEqual([403, 'unauthorized']);
  });

  it('that nobody confirmed are gone after a day', async () => {
    const clock = manualClock();
    await using other = await startWorkspaceUnderTest({ clock });
    const uploaded = (await other.post('rooms.media/GENERAL', form(Buffer.from('x'), 'text/plain', 'a'))).body['file'];
    clock.advance(24 * 3_600_000);
    const late = await other.post(`rooms.mediaConfirm/GENERAL/${uploaded._id}`, {});
    expect(late.body['errorType']).toBe('invalid-file');
  });
});
