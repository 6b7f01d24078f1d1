import { describe, expect, it } from 'vitest';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { workspaceChecks } from '../../../src/lib/diagnose/checks/workspace.ts';
import { findingsOf } from '../../support/diagnose-parts.ts';
import { expectPrinted } from '../../support/expect-printed.ts';
import { type WorkspaceAnswers, refusal, setupWith } from '../../support/fake-workspace.ts';

async function look(answers: WorkspaceAnswers) {
  const found = await findingsOf(workspaceChecks, {
    setup: setupWith(answers),
    partner: 'other.org' as ServerName,
  });
  expectPrinted(found);
  const wrong = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  return {
    statuses: Object.fromEntries(wrong.map(({ id, status }) => [id, status])),
    details: wrong.map(({ detail, evidence = [] }) => [detail, ...evidence].join('\n')).join('\n'),
    cures: wrong.map(({ cure }) => cure?.text ?? ''),
  };
}

it('a workspace that is as it should be has nothing to say', async () => {
  expect((await look({})).statuses).toEqual({});
});

describe('one thing is wrong, and that alone is told', () => {
  const siteUrl = (url: unknown): WorkspaceAnswers => ({
    publicSettings: () => Promise.resolve(new Map([['Site_Url', url]])),
  });
  const notJson = new RemoteError({ side: 'workspace', failure: 'not-json', request: 'GET /api/info', status: 502 });
  const native = { Federation_Service_Enabled: true };
  const legacy = { Federation_Matrix_enabled: true };
  const cases: readonly [string, WorkspaceAnswers, Record<string, string>, RegExp][] = [
    ['R1', { info: () => Promise.reject(notJson) }, { R1: 'fail' }, /does not answer as a Rocket.Chat/],
    ['R2', siteUrl('http://chat.example.org'), { R2: 'fail' }, /without https/],
    ['R2', siteUrl('https://talk.example.org'), { R2: 'warn' }, /talk.example.org/],
    ['R2', siteUrl(''), { R2: 'fail' }, /Site_Url is ""/],
    [
      'R3',
      { settings: { ...native, ...legacy }, licenceModules: async () => ['federation'] },
      { R3: 'fail' },
      /both on/,
    ],
    ['R3', { settings: legacy }, { R3: 'warn' }, /older bridge is on, next to/],
    ['R4', { me: () => Promise.reject(refusal('error-unauthorized', 401)) }, { R4: 'fail' }, /refuses the token/],
    ['R4', { me: () => Promise.reject(refusal('totp-required')) }, { R4: 'fail' }, /second factor/],
    [
      'R4',
      {
        me: () => Promise.reject(new RemoteError({ side: 'workspace', failure: 'timeout', request: 'GET /api/v1/me' })),
      },
      { R4: 'fail' },
      /does not answer: timeout/,
    ],
    ['R5', { setting: () => Promise.reject(refusal('error-forbidden', 403)) }, { R5: 'fail' }, /may not/],
    ['R6', { settings: native }, { R3: 'warn', R6: 'fail' }, /no module federation/],
    [
      'R7',
      {
        settings: legacy,
        bridgeVerdict: async () => ({ appservice: false, reachable: true, detail: '{"appservice":{"ok":false}}' }),
      },
      { R3: 'warn', R7: 'fail' },
      /does not reach it\n.*"ok":false/,
    ],
    [
      'R8',
      {
        settings: native,
        licenceModules: async () => ['federation'],
        verifyMatrixId: async () => 'UNABLE_TO_VERIFY',
      },
      { R3: 'warn', R8: 'warn' },
      /could not ask other.org/,
    ],
  ];
  it.each(cases)('%s', async (_, answers, expected, detail) => {
    const { statuses, details, cures } = await look(answers);
    expect(statuses).toEqual(expected);
    expect(details).toMatch(detail);
    expect(cures).not.toContain('');
  });
});
