import { describe, expect, it } from 'vitest';
import { bareType, msgtypeOf } from '../../../../src/lib/bridge/files/content-type.ts';
import { fileSize } from '../../../../src/lib/bridge/files/file-size.ts';
import { type FileLimits, refusalOf } from '../../../../src/lib/bridge/files/limits.ts';
import { refusalText } from '../../../../src/lib/bridge/files/refusal-text.ts';
import { createFileTerms } from '../../../../src/lib/bridge/files/terms.ts';
import { createReadSettings } from '../../../../src/lib/bridge/workspace/settings.ts';
import { silentLog } from '../../../../src/lib/core/log.ts';
import { acceptsMediaType, UPLOAD_SETTINGS, uploadLimitsFrom } from '../../../../src/lib/rocketchat/upload-limits.ts';

const MIB = 1024 * 1024;

describe('the type of a file', () => {
  it.each([
    ['image/PNG; charset=x', 'image/png', 'm.image'],
    ['image/svg+xml', 'image/svg+xml', 'm.file'],
    ['video/mp4', 'video/mp4', 'm.video'],
    ['audio/ogg; codecs=opus', 'audio/ogg', 'm.audio'],
    ['application/ogg', 'application/ogg', 'm.audio'],
    ['application/pdf', 'application/pdf', 'm.file'],
    ['text/plain\r\nX-Evil: 1', 'application/octet-stream', 'm.file'],
    ['image/<script>', 'application/octet-stream', 'm.file'],
    ['', 'application/octet-stream', 'm.file'],
  ])('%j is %s, shown as %s', (declared, bare, msgtype) => {
    expect([bareType(declared), msgtypeOf(declared)]).toEqual([bare, msgtype]);
  });
});

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10 * MIB, '10 MiB'],
    [MIB - 1, '1 MiB'],
    [1234567890, '1.1 GiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('of %i bytes is written %s', (bytes, expected) => {
    expect(fileSize(bytes)).toBe(expected);
  });
});

const rulesOf = (settings: Readonly<Record<string, unknown>>) => uploadLimitsFrom(new Map(Object.entries(settings)));

describe('what a workspace takes', () => {
  it('is in the settings that are asked for, and in no others', () => {
    const asked = new Set<unknown>();
    uploadLimitsFrom({ get: (id: string) => void asked.add(id) } as unknown as ReadonlyMap<string, unknown>);
    expect(asked).toEqual(new Set(UPLOAD_SETTINGS));
  });

  it('is what the server takes by default where its settings say nothing or nonsense', () => {
    for (const settings of [{}, { FileUpload_MaxFileSize: 'large', FileUpload_MediaTypeWhiteList: 7 }]) {
      const rules = rulesOf(settings);
      expect(rules).toMatchObject({ enabled: true, enabledInDirectMessages: true, maxBytes: 100 * MIB });
      expect(acceptsMediaType(rules, 'image/png')).toBe(true);
      expect(acceptsMediaType(rules, 'image/svg+xml')).toBe(false);
    }
  });

  it.each([
    ['', 'image/svg+xml', 'image/png', true],
    ['image/*,application/pdf', '', 'image/png', true],
    ['image/*, application/pdf', '', 'application/pdf', true],
    ['image/*', '', 'imagery/png', false],
    ['image/*', '', 'video/mp4', false],
    ['image/*', 'image/gif', 'image/gif', false],
    ['*', '', 'video/mp4', true],
  ])('with only %j and without %j: %s is taken: %s', (allowed, refused, type, expected) => {
    const rules = rulesOf({ FileUpload_MediaTypeWhiteList: allowed, FileUpload_MediaTypeBlackList: refused });
    expect(acceptsMediaType(rules, type)).toBe(expected);
  });
});

/** Both servers as they are at the moment, and a clock to go on with. */
function twoServers(before: { homeserver?: number | undefined; settings?: Record<string, unknown> }) {
  const servers = { now: 0, reads: 0, isDown: false, homeserver: before.homeserver, settings: before.settings ?? {} };
  const read = <T>(value: T): Promise<T> => {
    servers.reads += 1;
    return servers.isDown ? Promise.reject(new Error('down')) : Promise.resolve(value);
  };
  const clock = { now: () => servers.now, sleep: async () => {} };
  const workspace = { publicSettings: () => read(new Map(Object.entries(servers.settings))) };
  const settings = createReadSettings({ workspace: workspace as never, clock, log: silentLog });
  const homeserver = { uploadLimit: () => read(servers.homeserver) };
  return { servers, terms: createFileTerms({ settings, homeserver, clock, log: silentLog }) };
}

describe('the limits of both servers', () => {
  it.each([
    [5 * MIB, 10 * MIB, 5 * MIB],
    [50 * MIB, 10 * MIB, 10 * MIB],
    [undefined, 10 * MIB, 10 * MIB],
    [5 * MIB, -1, 5 * MIB],
    [undefined, -1, undefined],
    [0, 10 * MIB, 0],
  ])('homeserver %s and workspace %s: the smaller counts', async (homeserver, workspace, expected) => {
    const { terms } = twoServers({ homeserver, settings: { FileUpload_MaxFileSize: workspace } });
    expect((await terms.limits()).mostBytes).toBe(expected);
  });

  it('are read once for all who ask at a time, and a change of either is noticed within a minute', async () => {
    const { servers, terms } = twoServers({ homeserver: 2 * MIB, settings: { FileUpload_MaxFileSize: 5 * MIB } });
    await Promise.all([terms.limits(), terms.limits()]);
    servers.now += 60_000 - 1;
    await terms.limits();
    expect(servers.reads).toBe(2);
    servers.homeserver = 8 * MIB;
    servers.now += 1;
    expect((await terms.limits()).mostBytes).toBe(5 * MIB);
    servers.settings = { FileUpload_MaxFileSize: MIB, FileUpload_Enabled: false };
    servers.now += 60_000;
    expect(await terms.limits()).toMatchObject({ mostBytes: MIB, workspace: { enabled: false } });
  });

  it('stay in force while a server does not answer, and are asked for again a minute later', async () => {
    const { servers, terms } = twoServers({ homeserver: MIB });
    servers.isDown = true;
    await expect(terms.limits()).rejects.toThrow('down');
    servers.isDown = false;
    expect((await terms.limits()).mostBytes).toBe(MIB);
    const { reads } = servers;
    [servers.isDown, servers.now] = [true, 11 * 60_000];
    expect((await terms.limits()).mostBytes).toBe(MIB);
    expect((await terms.limits()).mostBytes).toBe(MIB);
    expect(servers.reads).toBe(reads + 2);
    servers.now += 60_000;
    await terms.limits();
    expect(servers.reads).toBe(reads + 4);
  });

  it.each([
    [{ FileUpload_ProtectFiles: false, Site_Url: 'https://chat.test/' }, 'https://chat.test/file-upload/a/b'],
    [{ FileUpload_ProtectFiles: true, Site_Url: 'https://chat.test' }, undefined],
    [{ Site_Url: 'https://chat.test' }, undefined],
    [{ FileUpload_ProtectFiles: false, Site_Url: 'javascript:x' }, undefined],
    [{ FileUpload_ProtectFiles: false }, undefined],
  ])('and with %j anybody may open a file at %s', async (settings, expected) => {
    expect(await twoServers({ settings }).terms.publicAddress('/file-upload/a/b')).toBe(expected);
  });
});

describe('a file that can not cross', () => {
  const limits = (settings: Record<string, unknown>): FileLimits => ({
    mostBytes: 10 * MIB,
    workspace: rulesOf(settings),
  });
  const toWorkspace = { side: 'workspace', direct: false } as const;
  const picture = { size: 5, contentType: 'image/png' };

  it('is told by the limits before anything of it is fetched', () => {
    expect(refusalOf(limits({}), picture, toWorkspace)).toBeUndefined();
    expect(refusalOf(limits({}), { ...picture, size: undefined }, toWorkspace)).toBeUndefined();
    expect(refusalOf(limits({}), { ...picture, size: 10 * MIB }, toWorkspace)).toBeUndefined();
    expect(refusalOf(limits({}), { ...picture, size: 10 * MIB + 1 }, toWorkspace)).toMatchObject({ why: 'too-large' });
    expect(refusalOf(limits({ FileUpload_Enabled: false }), picture, toWorkspace)).toEqual({ why: 'uploads-off' });
    const noDirect = limits({ FileUpload_Enabled_Direct: false });
    expect(refusalOf(noDirect, picture, toWorkspace)).toBeUndefined();
    expect(refusalOf(noDirect, picture, { ...toWorkspace, direct: true })).toEqual({ why: 'uploads-off' });
    const noPictures = limits({ FileUpload_MediaTypeBlackList: 'image/*' });
    expect(refusalOf(noPictures, picture, toWorkspace)).toEqual({ why: 'type', contentType: 'image/png' });
    expect(refusalOf(noPictures, picture, { side: 'homeserver', direct: false })).toBeUndefined();
  });

  it('is named to its sender with its size, the limit and the reason', () => {
    const of = (size: number | undefined): string =>
      refusalText('dir/film.mp4', { why: 'too-large', size, limit: 10 * MIB }, 'workspace');
    expect(of(25 * MIB)).toBe('“film.mp4” (25 MiB) was not sent to Rocket.Chat: files may have at most 10 MiB.');
    expect(of(10 * MIB + 1)).toBe(
      '“film.mp4” (10,485,761 bytes) was not sent to Rocket.Chat: files may have at most 10,485,760 bytes.',
    );
    expect(of(undefined)).toBe(
      '“film.mp4” was not sent to Rocket.Chat: it is larger than 10 MiB, the most that both servers take.',
    );
    expect(refusalText(undefined, { why: 'type', contentType: 'Image/SVG+xml; x' }, 'workspace')).toBe(
      '“file” was not sent to Rocket.Chat: it takes no files of the type image/svg+xml.',
    );
    expect(refusalText('a.png', { why: 'too-slow' }, 'workspace')).toBe(
      '“a.png” was not sent to Rocket.Chat: its own server gives it too slowly.',
    );
    expect(refusalText('a.png', { why: 'uploads-off' }, 'workspace')).toBe(
      '“a.png” was not sent to Rocket.Chat: it takes no files here.',
    );
    expect(refusalText('a\u202e.png', { why: 'encrypted' }, 'homeserver')).toBe(
      '“a.png” was not sent to Matrix: it is encrypted, and only its readers have the key.',
    );
  });
});
