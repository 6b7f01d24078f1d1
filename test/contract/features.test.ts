// Every row of the table of features, in every kind of room, whatever the bridge goes through meanwhile.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { features } from '../../src/sandbox/features/all.ts';
import type { FeatureStage } from '../../src/sandbox/features/stage.ts';
import { type Act, type Part, partsOf, playAct } from '../support/feature-acts.ts';
import { startFeatureStage } from '../support/feature-stage.ts';
import { homeservers } from '../support/homeservers.ts';

const parts = partsOf(features);
const lasting = parts.filter(({ feature }) => feature.lasting);
/** Of each act of killing: how long after the changes began. */
const KILLS = 3;
const KILL_WITHIN_MS = 150;

describe.each(homeservers)('every feature, on $name', ({ name }) => {
  let stage: FeatureStage;
  beforeAll(async () => {
    stage = await startFeatureStage(name);
  });
  afterAll(() => stage.strike());

  describe('as it happens', () => {
    expectAll(parts, () => playAct(stage, parts, (begin) => begin()));
  });

  describe('while both bridges are down', () => {
    expectAll(lasting, () =>
      playAct(stage, lasting, async (begin) => {
        await stage.stopBridge();
        await begin();
        await stage.startBridge();
      }),
    );
  });

  describe.each(Array.from({ length: KILLS }, () => randomInt(KILL_WITHIN_MS)))('killed after %i ms', (afterMs) => {
    expectAll(lasting, () =>
      playAct(stage, lasting, async (begin) => {
        const changes = begin();
        await sleep(afterMs);
        await stage.killBridge();
        await changes;
        await stage.startBridge();
      }),
    );
  });
});

/** One test for each row: the act itself is played once for all of them. */
function expectAll(played: readonly Part[], play: () => Promise<Act>): void {
  let act: Act;
  beforeAll(async () => {
    act = await play();
  });
  test.each(played.map((part) => part.name))('%s', (name) => {
    expect(act.outcomes.get(name)).toEqual(expect.any(String));
  });
}
