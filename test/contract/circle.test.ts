// Two workspaces meet over two homeservers that federate: every step of `sandbox demo --circle`.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import { createNetwork } from '../../src/lib/network/network.ts';
import { steps } from '../../src/sandbox/circle/all.ts';
import { buildCircle, type Circle } from '../../src/sandbox/circle/circle.ts';
import { playStep } from '../../src/sandbox/circle/step.ts';
import { finerHomeservers } from '../support/homeservers.ts';
import { findSynapse } from '../support/synapse-source.ts';

/** Each waits for several things, and says itself which did not come. */
const STEP_WITHIN_MS = 180_000;

describe.each(finerHomeservers)('the whole circle, on two of $name', ({ name }) => {
  let circle: Circle;
  beforeAll(async () => {
    circle = await buildCircle({
      clock: systemClock,
      log: () => {},
      network: await createNetwork({ env: {} }),
      signal: new AbortController().signal,
      env: process.env,
      synapse: name === 'synapse' ? await findSynapse() : undefined,
    });
  });
  afterAll(() => circle.stop());

  // One builds on the other: they are played in this order.
  test.each(steps.map((step) => [step.name, step] as const))(
    '%s',
    async (_name, step) => {
      expect(await playStep(step, circle)).toEqual({ step: step.name, ok: true, detail: expect.any(String) });
    },
    STEP_WITHIN_MS,
  );
});
