import { expect, it } from 'vitest';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import type { ServerName } from '../../../src/lib/core/ids.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { type Check, type Verdict, passes, skips } from '../../../src/lib/diagnose/check.ts';
import { diagnose } from '../../../src/lib/diagnose/diagnose.ts';
import { NameError, ProbeError } from '../../../src/lib/diagnose/probe/probe.ts';
import { countsOf } from '../../../src/lib/diagnose/diagnosis.ts';
import { humanReport } from '../../../src/lib/diagnose/report/human.ts';
import { tapReport } from '../../../src/lib/diagnose/report/tap.ts';
import { runChecks } from '../../../src/lib/diagnose/engine.ts';
import { diagnoseParts, findingsOf } from '../../support/diagnose-parts.ts';

const check = (id: string, verdict: Verdict | (() => Promise<Verdict>), more: Partial<Check> = {}): Check => ({
  id,
  group: 'machine',
  title: `what ${id} wants`,
  severity: 'fail',
  fix: 'printed',
  why: '',
  run: typeof verdict === 'function' ? verdict : () => Promise.resolve(verdict),
  ...more,
});
const wrong: Verdict = { status: 'fail', detail: 'it is not' };
const told = (outcomes: readonly { id: string; subject?: string; status: string; detail: string }[]) =>
  outcomes.map(({ id, subject, status, detail }) => [subject === undefined ? id : `${id}@${subject}`, status, detail]);

it('says a cause once: what needs it is skipped, at any distance', async () => {
  const found = await findingsOf([
    check('L3', passes('ok'), { needs: ['L2'] }),
    check('L2', passes('ok'), { needs: ['L1'] }),
    check('L1', wrong),
    check('R1', passes('ok'), { needs: ['L3'], group: 'workspace' }),
    check('R2', passes('fine'), { group: 'workspace' }),
  ]);
  expect(told(found)).toEqual([
    ['L1', 'fail', 'it is not'],
    ['L2', 'skip', 'needs L1, which failed'],
    ['L3', 'skip', 'needs L1, which failed'],
    ['R1', 'skip', 'needs L1, which failed'],
    ['R2', 'pass', 'fine'],
  ]);
});

it('a check that breaks hides no other', async () => {
  const broken = check('L1', () => Promise.reject(new TypeError('x is not a function')));
  const found = await findingsOf([broken, check('L2', passes('fine')), check('L3', passes('ok'), { needs: ['L1'] })]);
  expect(told(found)).toEqual([
    ['L1', 'crash', 'x is not a function'],
    ['L2', 'pass', 'fine'],
    ['L3', 'skip', 'needs L1, which broke'],
  ]);
});

it('what a server or a file does wrong is a finding with its cure, not a broken check', async () => {
  const missing = new RcfedError('RCFED_FILE_UNREADABLE', 'the file x cannot be read', {
    why: 'It is gone.',
    try: ['ls x'],
  });
  const refused = new RemoteError({ side: 'workspace', failure: 'network', request: 'GET /api/info' });
  const found = await findingsOf([
    check('L1', () => Promise.reject(missing)),
    check('L2', () => Promise.reject(refused), { severity: 'warn' }),
    check('L4', () => Promise.reject(new ProbeError('cut', '9.9.9.9 port 443: the connection was cut'))),
    check('L5', () => Promise.reject(new NameError('timeout', 'no name server answers about example.org'))),
    check('L3', () => Promise.reject(new RcfedError('RCFED_BUG', 'this can not be'))),
  ]);
  expect(found).toMatchObject([
    { status: 'fail', detail: 'the file x cannot be read', evidence: ['It is gone.'], cure: { commands: ['ls x'] } },
    { status: 'warn', detail: expect.stringContaining('GET /api/info') },
    { status: 'fail', detail: '9.9.9.9 port 443: the connection was cut' },
    { status: 'fail', detail: 'no name server answers about example.org' },
    { status: 'crash' },
  ]);
});

it('what servers say stays in its line, and is not told at any length', async () => {
  const hostile = `it says \u001b[2J\u001b]0;owned\u0007\nok L2 all is well ${'x'.repeat(5000)}`;
  const said = {
    ...wrong,
    detail: hostile,
    evidence: [hostile],
    cure: { text: 'Ask.', commands: ['ask a\u001b[31mb'] },
  };
  const found = await findingsOf([check('L1', said)]);
  const [one] = found;
  expect([one?.detail.length, one?.evidence?.[0]?.length]).toEqual([1000, 1000]);
  const report = { startedAt: '', durationMs: 0, findings: found, counts: countsOf(found) };
  for (const text of [humanReport(report, true).join('\n'), tapReport(report)]) {
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(text).not.toMatch(/^ok L2/m);
  }
});

it('a check without an answer ends at its deadline, as bad as it can be', async () => {
  const endless = check('L1', () => new Promise(() => {}), { deadlineMs: 20, severity: 'warn' });
  expect(await findingsOf([endless])).toMatchObject([{ status: 'warn', detail: expect.stringContaining('20 ms') }]);
});

it('Ctrl-C ends all checks at once, and leaves none behind that nobody listens to', async () => {
  const stop = new AbortController();
  const endless = (id: string): Check => check(id, () => new Promise(() => {}));
  const running = runChecks([endless('L1'), endless('L2'), endless('L3')], diagnoseParts({ signal: stop.signal }), {
    skip: new Set(),
  });
  setImmediate(() => stop.abort(new Error('Interrupted')));
  await expect(running).rejects.toThrow('Interrupted');
});

it('looks at each server name by itself', async () => {
  const about = (id: string, more: Partial<Check> = {}): Check => ({
    ...check(id, passes('')),
    about: 'name',
    run: ({ subject }) => Promise.resolve(subject?.role === 'own' ? passes('ours') : wrong),
    ...more,
  });
  const checks = [about('L1'), about('L2', { needs: ['L1'] }), check('L3', passes('set up'), { needs: ['L1'] })];
  expect(told(await findingsOf(checks, { partner: 'other.org' as ServerName }))).toEqual([
    ['L1@example.org', 'pass', 'ours'],
    ['L1@other.org', 'fail', 'it is not'],
    ['L2@example.org', 'pass', 'ours'],
    ['L2@other.org', 'skip', 'needs L1, which failed'],
    ['L3', 'pass', 'set up'],
  ]);
});

it('what a check sums up is looked at with it, and does not keep it from being looked at', async () => {
  const checks = [
    check('L1', wrong),
    check('L2', passes('unasked')),
    check('X1', passes(''), {
      group: 'partner',
      reads: ['L1'],
      run: async ({ found }) =>
        passes(
          found('L1')
            .map(({ detail }) => detail)
            .join(),
        ),
    }),
  ];
  const { findings } = await diagnose(checks, diagnoseParts(), { only: ['X1'], skip: [] });
  expect(told(findings)).toEqual([
    ['L1', 'fail', 'it is not'],
    ['X1', 'pass', 'it is not'],
  ]);
});

it('asks for what several checks need once', async () => {
  let asked = 0;
  const asking = (id: string): Check => ({
    ...check(id, passes('')),
    run: async ({ once }) => passes(String(await once('answer', () => Promise.resolve((asked += 1))))),
  });
  expect(told(await findingsOf([asking('L1'), asking('L2')])).map(([, , detail]) => detail)).toEqual(['1', '1']);
});

it('runs eight at once and no more', async () => {
  let running = 0;
  let most = 0;
  const busy = async (): Promise<Verdict> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => void setImmediate(resolve));
    running -= 1;
    return passes('ok');
  };
  await findingsOf(Array.from({ length: 30 }, (_, at) => check(`L${at}`, busy)));
  expect(most).toBe(8);
});

it('leaves out what was not asked for, and says how to ask', async () => {
  const checks = [
    check('L1', wrong, { when: 'deep' }),
    check('L2', wrong, { when: 'partner' }),
    check('L3', wrong),
    check('L4', passes('ok'), { needs: ['L3'] }),
  ];
  const found = await runChecks(checks, diagnoseParts(), { skip: new Set(['L3']) });
  expect(told(found)).toEqual([
    ['L1', 'skip', 'asked for with --deep'],
    ['L2', 'skip', 'needs --with SERVER'],
    ['L3', 'skip', 'left out'],
    ['L4', 'pass', 'ok'],
  ]);
});

it('what does not apply takes along what needs it, with the reason', async () => {
  const found = await findingsOf([check('L1', skips('there is no proxy')), check('L2', wrong, { needs: ['L1'] })]);
  expect(told(found)[1]).toEqual(['L2', 'skip', 'needs L1: there is no proxy']);
});
