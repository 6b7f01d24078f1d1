import { describe, expect, it } from 'vitest';
import { bareType, msgtypeOf } from '../../../../src/lib/bridge/files/content-type.ts';
import { fileSize } from '../../../../src/lib/bridge/files/file-size.ts';
import { createFileLimits, type FileLimits, refusalOf } from '../../../../src/lib/bridge/files/limits.ts';
import { refusalText } from '../../../../src/lib/bridge/files/refusal-text.ts';
import { FILE_SETTINGS, readFileRules, takesType } from '../../../../src/lib/bridge/files/workspace-rules.ts';
import { silentLog } from '../../../../src/lib/core/log.ts';

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

describe('what a workspace takes', () => {
  it('is in the settings that are asked for, and in no others', () => {
    const asked = new Set<unknown>();
    readFileRules(new Proxy({}, { get: (_settings, id) => void asked.add(id) }));
    expect(asked).toEqual(new Set(FILE_SETTINGS));
  });

  it('is everything of any size where its settings say nothing or nonsense', () => {
    for (const settings of [
      {},
      { FileUpload_MaxFileSize: -1 },
      { FileUpload_MaxFileSize: '5', FileUpload_MediaTypeWhiteList: 7 },
    ]) {
      const rules = readFileRules(settings);
      expect(rules).toMatchObject({ enabled: true, inDirectMessages: true, mostBytes: undefined });
      expect(takesType(rules, 'image/png')).toBe(true);
    }
  });

  it.each([
    ['', 'image/svg+xml', 'image/png', true],
    ['', 'image/svg+xml', 'image/svg+xml; charset=utf-8', false],
    ['image/*,application/pdf', '', 'image/png', true],
    ['image/*, application/pdf', '', 'application/pdf', true],
    ['image/*', '', 'imagery/png', false],
    ['image/*', '', 'video/mp4', false],
    ['image/*', 'image/gif', 'image/GIF', false],
    ['*/*', '', 'video/mp4', true],
    ['', '*/*', 'video/mp4', false],
  ])('with only %j and without %j: %s is taken: %s', (allowed, refused, type, expected) => {
    const rules = readFileRules({ FileUpload_MediaTypeWhiteList: allowed, FileUpload_MediaTypeBlackList: refused });
    expect(takesType(rules, type)).toBe(expected);
  });
});

describe('the limits of both servers', () => {
  const rules = readFileRules({ FileUpload_MaxFileSize: 10 * MIB });

  it.each([
    [5 * MIB, 10 * MIB, 5 * MIB],
    [50 * MIB, 10 * MIB, 10 * MIB],
    [undefined, 10 * MIB, 10 * MIB],
    [5 * MIB, -1, 5 * MIB],
    [undefined, -1, undefined],
    [0, 10 * MIB, 0],
  ])('homeserver %s and workspace %s: the smaller counts', async (homeserver, workspace, expected) => {
    const limits = createFileLimits({
      homeserver: async () => homeserver,
      workspace: async () => readFileRules({ FileUpload_MaxFileSize: workspace }),
      clock: { now: () => 0, sleep: async () => {} },
      log: silentLog,
    });
    expect((await limits()).mostBytes).toBe(expected);
  });

  it('are read once for all who ask at a time, and again after ten minutes', async () => {
    let [now, reads, limit] = [0, 0, MIB];
    const limits = createFileLimits({
      homeserver: async () => {
        reads += 1;
        return limit;
      },
      workspace: async () => rules,
      clock: { now: () => now, sleep: async () => {} },
      log: silentLog,
    });
    await Promise.all([limits(), limits()]);
    now += 10 * 60_000 - 1;
    await limits();
    expect(reads).toBe(1);
    [now, limit] = [now + 1, 2 * MIB];
    expect((await limits()).mostBytes).toBe(2 * MIB);
    expect(reads).toBe(2);
  });

  it('stay in force while a server does not answer, and are asked for again a minute later', async () => {
    let [now, reads] = [0, 0];
    let broken = true;
    const limits = createFileLimits({
      homeserver: async () => {
        reads += 1;
        if (broken) throw new Error('down');
        return MIB;
      },
      workspace: async () => rules,
      clock: { now: () => now, sleep: async () => {} },
      log: silentLog,
    });
    await expect(limits()).rejects.toThrow('down');
    broken = false;
    expect((await limits()).mostBytes).toBe(MIB);
    [broken, now] = [true, 11 * 60_000];
    expect((await limits()).mostBytes).toBe(MIB);
    expect((await limits()).mostBytes).toBe(MIB);
    expect(reads).toBe(3);
    now += 60_000;
    await limits();
    expect(reads).toBe(4);
  });
});

describe('a file that can not cross', () => {
  const limits = (settings: Record<string, unknown>): FileLimits => ({
    mostBytes: 10 * MIB,
    workspace: readFileRules(settings),
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
    expect(refusalText('a.png', { why: 'uploads-off' }, 'workspace')).toBe(
      '“a.png” was not sent to Rocket.Chat: it takes no files here.',
    );
    expect(refusalText('a\u202e.png', { why: 'encrypted' }, 'homeserver')).toBe(
      '“a.png” was not sent to Matrix: it is encrypted, and only its readers have the key.',
    );
  });
});
