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
/** More by hand: FEATURE_KILLS=10 npx vitest run test/contract/features.test.ts */
const KILLS = Number(process.env['FEATURE_KILLS'] ?? 1);
const KILL_WITHIN_MS = 300;

describe.each(homeservers)('every feature, on $name', ({ name: homeserver }) => {
  let stage: FeatureStage;
  /** By row, what it was seen through. */
  const seen = new Map<string, string[]>();
  beforeAll(async () => {
    stage = await startFeatureStage(homeserver);
  });
  afterAll(async () => {
    await stage.strike();
    for (const [row, through] of seen)
      process.stdout.write(`feature on ${homeserver}: ${row}: ${through.join('; ')}\n`);
  });

  /** One test for each row: the act itself is played once for all of them. */
  function expectAll(title: string, played: readonly Part[], play: () => Promise<Act>): void {
    describe(title, () => {
      let act: Act;
      beforeAll(async () => {
        act = await play();
      });
      test.each(played.map((part) => part.name))('%s', (row) => {
        expect(act.outcomes.get(row)).toEqual(expect.any(String));
        seen.set(row, [...(seen.get(row) ?? []), title]);
      });
      test('nothing is there twice', () => {
        expect(act.doubles).toEqual([]);
      });
    });
  }

  expectAll('as it happens', parts, () => playAct(stage, parts, ({ first, rest }) => first().then(rest)));

  expectAll('over a restart of the bridge', lasting, () =>
    playAct(stage, lasting, async ({ first, rest }) => {
      const changes = first();
      await stage.stopBridge();
      await Promise.all([changes, rest()]);
      await stage.startBridge();
    }),
  );

  for (const afterMs of Array.from({ length: KILLS }, () => randomInt(KILL_WITHIN_MS)))
    expectAll(`over a kill after ${afterMs} ms`, lasting, () =>
      playAct(stage, lasting, async ({ first, rest }) => {
        const changes = Promise.all([first(), rest()]);
        await sleep(afterMs);
        await stage.killBridge();
        await changes;
        await stage.startBridge();
      }),
    );
});
