import { describe, expect, test } from 'vitest';
import { sequenceOf, tally } from '../../../src/sandbox/demo/tally.ts';
import { percentile } from '../../../src/sandbox/demo/percentile.ts';
import type { DemoResult } from '../../../src/sandbox/demo/story.ts';
import { features } from '../../../src/sandbox/features/all.ts';
import { nameOf } from '../../../src/sandbox/features/feature.ts';
import { type FeaturesResult, problemWithFeatures } from '../../../src/sandbox/features/play.ts';
import { findSynapse } from '../../support/synapse-source.ts';
import { runCommand } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

const WITHIN_MS = 120_000;

describe('sandbox demo', () => {
  test('prints what both sides see, and that nothing is lost over a kill', { timeout: WITHIN_MS }, async () => {
    const run = await runCommand(['sandbox', 'demo', '--plain']);
    expect(run.exitCode, run.stderr).toBe(0);
    for (const line of [
      'Provisioned: the account rcfed in Rocket.Chat (admin, bot)',
      'Provisioned: a registration for rc_… on sandbox.test, which the homeserver has read.',
      'Bob in Rocket.Chat: (1) Good morning from *Rocket.Chat*!',
      'from @rc_bob:sandbox.test: (1) Good morning from <strong>Rocket.Chat</strong>!',
      'from alice.sandbox.test: (1) Good morning from *Matrix*!',
      'on Matrix it now reads: (6) We meet at pier 4',
      "in Rocket.Chat: Alice's (7) is gone",
      'is killed with SIGKILL',
      'Lost 0, duplicated 0, out of order 0.',
    ])
      expect(run.stdout).toContain(line);
  });

  test('answers in JSON how many crossed and how quickly', { timeout: WITHIN_MS }, async () => {
    expectDone((await runCommand(['sandbox', 'demo', '--json'])).json(), 'rcfed sandbox');
  });

  test('plays on a real homeserver, or says how to get one', { timeout: WITHIN_MS * 2 }, async () => {
    const source = await findSynapse().catch(() => undefined);
    const env = { ...process.env, RCFED_SYNAPSE_PYTHON: process.env['RCFED_TEST_SYNAPSE'] };
    const run = await runCommand(['sandbox', 'demo', '--synapse', '--json'], { env });
    if (source !== undefined) return expectDone(run.json(), 'Synapse');
    expect(run.exitCode).toBe(3);
    expect(run.json()).toMatchObject({ ok: false, error: { code: 'RCFED_SYNAPSE_MISSING' } });
  });

  test('tries each feature and answers what is seen of it on the other side', { timeout: WITHIN_MS }, async () => {
    const run = await runCommand(['sandbox', 'demo', '--features', '--json']);
    const answer = run.json<{ ok: boolean; data: FeaturesResult }>();
    expectSchema(answer);
    expect(answer.data.features.filter(({ ok }) => !ok)).toEqual([]);
    expect(run.exitCode).toBe(0);
    expect(answer.data.features.map(nameOf)).toEqual(features.map(nameOf));
    expect(answer.data.features.map(({ detail }) => detail)).toContain('the message is redacted');
  });

  test('says which feature goes wrong, with exit code 1', () => {
    const row = { feature: 'edit', direction: 'to Matrix', ok: true, detail: 'seen' } as const;
    const homeserver = { name: 'any', version: '1' };
    expect(problemWithFeatures({ features: [row], homeserver })).toBeUndefined();
    const wrong = { ...row, feature: 'reaction', ok: false, detail: 'nobody reacted' };
    expect(problemWithFeatures({ features: [row, wrong], homeserver })).toMatchObject({
      exit: 1,
      code: 'RCFED_SANDBOX_FEATURES',
      message: 'Not as it should be: 1 of 2 features',
      why: 'reaction, to Matrix: nobody reacted',
    });
  });

  test('names a Python that has no Synapse', async () => {
    const run = await runCommand(['sandbox', 'demo', '--synapse', '--synapse-python', '/bin/false', '--json']);
    expect(run.exitCode).toBe(3);
    expect(run.json()).toMatchObject({
      error: { code: 'RCFED_SYNAPSE_MISSING', message: '/bin/false has no Synapse' },
    });
  });
});

function expectDone(answer: object, homeserver: string): void {
  expectSchema(answer);
  const { data } = answer as { data: DemoResult };
  expect(answer).toMatchObject({
    ok: true,
    data: { lost: 0, duplicated: 0, reordered: 0, homeserver: { name: homeserver } },
  });
  expect(Math.min(data.relayed.toMatrix, data.relayed.toWorkspace)).toBeGreaterThanOrEqual(20);
  for (const { p50, p99 } of Object.values(data.latencyMs)) {
    expect(p50).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
  }
}

describe("the demo's count", () => {
  const said = (sequence: number, text = 'hello', removed = false) => ({
    sequence,
    text: `(${sequence}) ${text}`,
    removed,
  });
  const read = (...texts: string[]) => texts.map((text, index) => ({ id: String(index), author: 'bob', text }));

  test('is clean where all is there once, in order, however it is marked bold', () => {
    const history = read('(1) hello *you*', 'a system message', '(2) hello');
    expect(tally([said(1, 'hello <b>you</b>'), said(2)], history)).toEqual({
      relayed: 2,
      lost: 0,
      duplicated: 0,
      reordered: 0,
    });
  });

  test('finds what is lost: a message, an edit, a deletion', () => {
    const expected = [said(1), said(2, 'edited'), said(3, 'rude', true), said(4)];
    expect(tally(expected, read('(2) hello', '(3) rude', '(4) hello'))).toMatchObject({ relayed: 1, lost: 3 });
  });

  test('finds what is there twice, and what overtook', () => {
    const history = read('(1) hello', '(3) hello', '(2) hello', '(3) hello');
    expect(tally([said(1), said(2), said(3)], history)).toEqual({ relayed: 3, lost: 0, duplicated: 1, reordered: 1 });
  });

  test('reads numbers at the beginning only', () => {
    expect([sequenceOf('(12) words'), sequenceOf('see (12) words'), sequenceOf('12 words')]).toEqual([
      12,
      undefined,
      undefined,
    ]);
  });

  test('takes percentiles by the nearest rank', () => {
    expect([percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([1, 2, 3, 4], 0.99)]).toEqual([0, 2, 4]);
  });
});
