import { describe, expect, it } from 'vitest';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { bridgeChecks } from '../../../src/lib/diagnose/checks/bridge.ts';
import type { DiagnoseParts } from '../../../src/lib/diagnose/context.ts';
import { repairAll } from '../../../src/lib/diagnose/repair.ts';
import { type BridgeAnswers, bridgeSetup, ROOM } from '../../support/fake-bridge.ts';
import { fakeInternet } from '../../support/fake-internet.ts';
import { diagnoseParts, findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';

const MINUTE_MS = 60_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** The homeserver's machine, whose clock is so many milliseconds ahead. */
const homeserverAhead = (ms: number) =>
  fakeInternet({
    hosts: { 'matrix.example.org': ['198.51.100.1'] },
    servers: {
      '198.51.100.1:443': { '*': () => ({ headers: { date: new Date(Date.now() + ms).toUTCString() } }) },
    },
  });

interface Given extends BridgeAnswers {
  readonly parts?: Partial<DiagnoseParts>;
}

const partsWith = ({ parts, ...answers }: Given): Partial<DiagnoseParts> => ({
  setup: bridgeSetup(answers),
  probe: homeserverAhead(0),
  options: { deep: true, external: false, updates: false, allowPrivate: true },
  ...parts,
});

async function look(given: Given) {
  const found = await findingsOf(bridgeChecks, partsWith(given));
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return {
    found,
    statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
    details: wrong.map(({ detail, evidence = [] }) => [detail, ...evidence].join('\n')).join('\n'),
    cures: wrong.map(({ cure }) => cure?.text ?? ''),
    skipped: found.flatMap(({ id, status, detail }) => (status === 'skip' ? [`${id} ${detail}`] : [])),
  };
}

const refusedBy = (code: string, status: number): RemoteError =>
  new RemoteError({ side: 'homeserver', failure: 'refused', request: 'POST /_matrix/client/v3/x', status, code });

it('a bridge that is as it should be passes everything', async () => {
  const { found, skipped } = await look({});
  expect(found.filter(({ status }) => status === 'pass')).toHaveLength(19);
  expect(skipped).toEqual([]);
});

it('what the bot itself wrote last in a room is nothing that was missed', async () => {
  const written = async () => ({ updated: [{ ts: ago(10 * MINUTE_MS), u: { _id: 'bot' } }], deleted: [] });
  const { statuses } = await look({
    workspace: {
      roomById: async () => ({ lastMessageAt: Date.now() - 10 * MINUTE_MS }) as never,
      syncMessages: written,
    },
    health: { rooms: [{ room: 'general', roomId: 'GENERAL', lastActive: ago(60 * MINUTE_MS) }] },
  });
  expect(statuses).toEqual({});
});

describe('one thing is wrong, and that alone is told', () => {
  const aside = { waiting: [{ room: 'general', events: 4, since: ago(5 * MINUTE_MS) }] };
  const late = { waiting: [{ room: 'general', events: 4, since: ago(20 * MINUTE_MS) }] };
  const lastMessage = (ms: number) => ({
    roomById: async () => ({ lastMessageAt: Date.now() - ms }) as never,
    syncMessages: async () => ({ updated: [{ ts: ago(ms), u: { _id: 'somebody' } }], deleted: [] }),
  });
  const recorded = (ms: number) => ({ rooms: [{ room: 'general', roomId: 'GENERAL', lastActive: ago(ms) }] });
  const acl = (content: object) => ({ state: { 'm.room.server_acl': content as never } });
  const cases: readonly (readonly [string, Given, Record<string, string>, RegExp])[] = [
    ['G2', { homeserver: { ping: async () => ({ durationMs: 4200 }) } }, { G2: 'warn' }, /takes 4200 ms/],
    [
      'G2',
      { homeserver: { ping: () => Promise.reject(refusedBy('M_CONNECTION_FAILED', 502)) } },
      { G2: 'fail' },
      /M_CONNECTION_FAILED/,
    ],
    [
      'G4',
      { homeserver: { registerGhost: () => Promise.reject(refusedBy('M_EXCLUSIVE', 400)) } },
      { G4: 'fail' },
      /reserves @rcfed for another/,
    ],
    ['G5', { status: aside }, { G5: 'warn' }, /4 events in general wait since/],
    ['G5', { status: late }, { G5: 'fail' }, /4 events in general wait since/],
    ['G6', { status: { setAside: 3 } }, { G6: 'warn' }, /3 events are set aside/],
    ['G7', { workspace: { roomById: async () => undefined } }, { G7: 'fail' }, /general is not seen/],
    [
      'G7',
      { workspace: lastMessage(10 * MINUTE_MS), health: recorded(60 * MINUTE_MS) },
      { G7: 'fail' },
      /last message of general/,
    ],
    [
      'G8',
      { service: { hearing: async () => ({ durationMs: null, refused: null }) } },
      { G8: 'fail' },
      /does not come/,
    ],
    [
      'G8',
      { service: { hearing: async () => ({ durationMs: 5000, refused: null }) } },
      { G8: 'warn' },
      /after 5000 ms/,
    ],
    [
      'G9',
      { state: { 'm.room.power_levels': { users: { '@rcfed:example.org': 50 }, redact: 75, kick: 60 } } },
      { G9: 'warn' },
      /in general it may not redact, kick/,
    ],
    ['G10', { health: { puppets: { tried: 4, refused: ['alice'] } } }, { G10: 'warn' }, /1 of 4 are not: alice/],
    ['G11', { homeserver: { uploadLimit: async () => 52_428_800 } }, { G11: 'info' }, /100 MiB, the homeserver 50 MiB/],
    [
      'G11',
      { workspace: { publicSettings: async () => new Map([['FileUpload_MaxFileSize', 1_048_576]]) } },
      { G11: 'info' },
      /takes 1 MiB, the homeserver 100 MiB/,
    ],
    [
      'G12',
      { workspace: { settings: { Cloud_Workspace_AirGapped_Restrictions_Remaining_Days: 0 } } },
      { G12: 'fail' },
      /restricted: it refuses to send/,
    ],
    [
      'G12',
      { workspace: { settings: { Cloud_Workspace_AirGapped_Restrictions_Remaining_Days: 3 } } },
      { G12: 'warn' },
      /restricted in 3 days/,
    ],
    ['G12', { workspace: { seats: async () => ({ active: 48, max: 50 }) } }, { G12: 'warn' }, /2 of 50 seats/],
    [
      'G13',
      { workspace: { publicSettings: async () => new Map([['Presence_broadcast_disabled', true]]) } },
      { G13: 'info' },
      /tells nobody/,
    ],
    ['G14', { parts: { probe: homeserverAhead(MINUTE_MS) } }, { G14: 'warn' }, /differ by \d\d seconds/],
    ['G14', { parts: { probe: homeserverAhead(10 * MINUTE_MS) } }, { G14: 'fail' }, /differ by \d{3} seconds/],
    [
      'G15',
      {
        report: {
          findings: [{ id: 'x', severity: 'broken', message: 'a lane lost its head', count: 2, examples: [] }],
        },
      },
      { G15: 'fail' },
      /a lane lost its head \(2\)/,
    ],
    ['G15', { parts: onDiskWith(200) }, { G15: 'warn' }, /200 MiB are free in \/tmp/],
    ['G15', { parts: onDiskWith(3) }, { G15: 'fail' }, /3 MiB are free in \/tmp/],
    [
      'G16',
      { state: { 'chat.rocket.bridge': { bridge: 'bridge-2' } } },
      { G16: 'fail' },
      /another bridge .* \(bridge-2\)/,
    ],
    ['G17', acl({ allow: ['*'], deny: ['*.org'] }), { G17: 'fail' }, /general shuts example.org out/],
    ['G18', { state: { 'm.room.create': { room_version: '13' } } }, { G18: 'warn' }, /version 13; .* knows 10, 11, 12/],
    [
      'G19',
      {
        workspace: { settings: { Federation_Service_Enabled: true, Federation_Service_Domain: 'example.org' } },
      },
      { G19: 'fail' },
      /both are example.org/,
    ],
  ];
  it.each(cases)('%s', async (_, given, expected, detail) => {
    const { statuses, details, cures } = await look(given);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
    expect(cures).not.toContain('');
  });
});

function onDiskWith(mebibytes: number): Partial<DiagnoseParts> {
  const { machine } = diagnoseParts();
  return { machine: { ...machine, freeBytes: () => Promise.resolve(mebibytes * 2 ** 20) } };
}

describe('a cause is told once', () => {
  it('no bridge runs: what only it can say is not looked at', async () => {
    const { statuses, details, skipped } = await look({ running: false });
    expect(statuses).toEqual({ G1: 'fail' });
    expect(details).toContain('no bridge runs on this store');
    expect(skipped.map((line) => line.split(' ')[0])).toEqual('G2 G5 G6 G7 G8 G9 G10 G16 G17 G18'.split(' '));
    expect(new Set(skipped.map((line) => line.replace(/^\S+ /, '')))).toEqual(new Set(['needs G1, which failed']));
  });

  it('the bridge can not be asked, and its own words say why', async () => {
    const error = new RcfedError('RCFED_ADMIN_FOREIGN', 'The bridge refuses the admin token', { try: ['rcfed x'] });
    const { statuses, details } = await look({ setup: { bridge: () => Promise.reject(error) } });
    expect(statuses).toEqual({ G1: 'fail' });
    expect(details).toContain('refuses the admin token');
  });

  it.each([
    ['the homeserver has not loaded the registration', refusedBy('M_UNKNOWN_TOKEN', 401), /does not know the as_token/],
    ['the homeserver is not there', refusedBy('M_UNKNOWN', 502), /does not answer: M_UNKNOWN/],
  ])('%s', async (_, error, detail) => {
    const { statuses, details, skipped } = await look({ homeserver: { whoami: () => Promise.reject(error) } });
    expect(statuses).toEqual({ G3: 'fail' });
    expect(details).toMatch(detail);
    expect(skipped.join('\n')).toContain('G2 needs G3, which failed');
  });

  it('the token is that of another application service', async () => {
    const { statuses, details } = await look({
      homeserver: { whoami: async () => ({ userId: '@irc:example.org' }) as never },
    });
    expect(statuses).toEqual({ G3: 'fail' });
    expect(details).toContain('that of @irc:example.org, not @rcfed:example.org');
  });
});

it('a room that the bot is not in is joined by --fix', async () => {
  const joined: string[] = [];
  const setup = bridgeSetup({
    homeserver: {
      joinedRooms: () => Promise.resolve([]),
      join: (room) => Promise.resolve(void joined.push(room) as never),
    },
  });
  const found = await findingsOf(bridgeChecks, partsWith({ parts: { setup } }));
  expect(found.filter(({ status }) => status === 'fail')).toMatchObject([
    { id: 'G9', detail: `@rcfed:example.org is not in general (${ROOM})` },
  ]);
  expect(await repairAll(found, () => Promise.resolve(true))).toMatchObject([{ id: 'G9', problem: undefined }]);
  expect(joined).toEqual([ROOM]);
});

it('a workspace that lets nobody write to themselves is not asked whether it delivers', async () => {
  const { statuses, skipped } = await look({
    service: { hearing: async () => ({ durationMs: null, refused: 'error-invalid-user' }) },
  });
  expect(statuses).toEqual({});
  expect(skipped).toEqual(['G8 the workspace lets the bot write nothing to itself: error-invalid-user']);
});

it('a person who is no admin of the bridge sees whether it runs', async () => {
  const setup = { ...bridgeSetup(), admin: undefined };
  const { statuses, found } = await look({ parts: { setup } });
  expect(statuses).toEqual({});
  expect(found.filter(({ status }) => status === 'pass').map(({ id }) => id)).toEqual(['G1', 'G19']);
});
