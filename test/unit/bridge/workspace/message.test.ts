import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../../../src/lib/bridge/effect-ids.ts';
import { readMessage, versionOf } from '../../../../src/lib/bridge/workspace/message.ts';
import { kindOf } from '../../../../src/lib/bridge/workspace/system-messages.ts';

const base = { _id: 'm1', rid: 'r1', msg: 'hello', ts: 1, _updatedAt: 2, u: { _id: 'u1', username: 'bob' } };

function hash(more: Record<string, unknown>): string | undefined {
  const message = readMessage({ ...base, ...more });
  return message && versionOf(message).hash;
}

describe('the version of a message', () => {
  it('is that of its text alone where it shows nothing else, as it always was', () => {
    expect(hash({})).toBe(contentHash(['text', 'hello']));
    expect(hash({ attachments: [], blocks: [], alias: 'x', avatar: 'y' })).toBe(hash({}));
  });

  it('does not change with previews of links, thumbnails, quotes, pins or counters', () => {
    const files = [{ _id: 'f1', name: 'a.png', type: 'image/png' }];
    const attachment = { type: 'file', title: 'a.png', title_link: '/file-upload/f1/a.png' };
    const before = hash({ files, attachments: [attachment] });
    const shown = { ...attachment, image_url: '/file-upload/f2/a.png', image_preview: 'abc', image_dimensions: {} };
    expect(hash({ files: [...files, { _id: 'f2', typeGroup: 'thumb' }], attachments: [shown] })).toBe(before);
    expect(hash({ urls: [{ url: 'https://x.example/', meta: { pageTitle: 'x' } }], pinned: true, tcount: 3 })).toBe(
      hash({}),
    );
    const quote = { message_link: 'https://x.example/channel/r?msg=m', text: 'said' };
    expect(hash({ attachments: [quote] })).toBe(hash({}));
  });

  it('changes with what an app shows', () => {
    const one = hash({ attachments: [{ text: 'building' }] });
    expect(one).not.toBe(hash({}));
    expect(hash({ attachments: [{ text: 'built' }] })).not.toBe(one);
    expect(hash({ attachments: [{ text: 'building', color: 'red' }] })).toBe(one);
  });

  it('of a discussion or a call stays, whatever Rocket.Chat counts or shows there', () => {
    const discussion = { t: 'discussion-created', drid: 'r2', msg: 'talk' };
    expect(hash({ ...discussion, dcount: 5, dlm: 9 })).toBe(hash(discussion));
    const ended = { t: 'videoconf', msg: '', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'ended' } }] };
    expect(hash(ended)).toBe(hash({ t: 'videoconf', msg: '' }));
  });
});

describe('where somebody is', () => {
  const location = (value: unknown) => readMessage({ ...base, location: value })?.extras.location;

  it('is a point on earth, longitude first', () => {
    expect(location({ type: 'Point', coordinates: [16.37, 48.2] })).toMatchObject({ latitude: 48.2, longitude: 16.37 });
  });

  it('is nowhere for anything else', () => {
    for (const value of [null, {}, { type: 'Point', coordinates: ['1', 2] }, { type: 'Point', coordinates: [1, 91] }])
      expect(location(value)).toBeUndefined();
  });
});

describe('types of system messages', () => {
  it('are told apart', () => {
    for (const type of [undefined, null, '', 'rm']) expect(kindOf(type)).toBe('message');
    for (const type of ['videoconf', 'jitsi_call_started']) expect(kindOf(type)).toBe('call');
    for (const type of ['e2e', 'room_e2e_enabled']) expect(kindOf(type)).toBe('encrypted');
    for (const type of ['uj', 'room_changed_topic', 'message_pinned', 'livechat-close', 'user-muted', 'ut', 'otr-ack'])
      expect(kindOf(type)).toBe('state');
    expect(kindOf('discussion-created')).toBe('discussion');
    expect(kindOf('my-app-told')).toBe('unknown');
  });

  it('know all that Rocket.Chat 8.8 publishes', async () => {
    const typings = join('node_modules', '@rocket.chat', 'core-typings', 'dist');
    const path = join(import.meta.dirname, '../../../..', typings, 'IMessage', 'IMessage.d.ts');
    const [, list = ''] = /MessageTypes: readonly \[([^\]]+)\]/.exec(await readFile(path, 'utf8')) ?? [];
    const types = list.split(',').map((type) => type.trim().replaceAll('"', ''));
    expect(types.length).toBeGreaterThan(50);
    expect(types.filter((type) => kindOf(type) === 'unknown')).toEqual([]);
  });
});
