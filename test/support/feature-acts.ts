import { type ChangedFeature, type Feature, nameOf } from '../../src/sandbox/features/feature.ts';
import { caughtUp, doublesIn, shownInTime, stillShown } from '../../src/sandbox/features/run-features.ts';
import type { Place, Scene } from '../../src/sandbox/features/scene.ts';
import type { FeatureStage } from '../../src/sandbox/features/stage.ts';

/** What became of each row in one act, by its name and place: `edit, to Matrix, in a channel`. */
export interface Act {
  readonly outcomes: ReadonlyMap<string, string | Error>;
  /** What is there twice, of all that was said. */
  readonly doubles: readonly string[];
}

/** One row in one kind of room. */
export interface Part {
  readonly name: string;
  readonly feature: Feature;
  readonly kind: Place['kind'];
}

export const partsOf = (features: readonly Feature[]): readonly Part[] =>
  features.flatMap((feature) =>
    feature.where.map((kind) => ({ name: `${nameOf(feature)}, in a ${kind}`, feature, kind })),
  );

const WITHIN_MS = 60_000;

/** Makes what people do happen: for every third row, and for the others. */
export interface Changes {
  first(): Promise<void>;
  rest(): Promise<void>;
}

/**
 * Plays many rows at once in rooms of their own. `meanwhile` is called when everything is settled, lets the changes
 * happen, and does to the bridge what it likes; the bridge must run again when it resolves.
 */
export async function playAct(
  stage: FeatureStage,
  parts: readonly Part[],
  meanwhile: (changes: Changes) => Promise<void>,
): Promise<Act> {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  const places = new Map(await Promise.all(kinds.map(async (kind) => [kind, await stage.openPlace(kind)] as const)));
  const played = parts.map((part) => ({ part, ...playing(part.feature, stage, places.get(part.kind)) }));
  await Promise.all(played.map(({ prepare }) => prepare()));
  const change = async (which: (index: number) => boolean): Promise<void> => {
    await Promise.all(played.filter((_, index) => which(index)).map((each) => each.change()));
  };
  await meanwhile({ first: () => change((index) => index % 3 === 0), rest: () => change((index) => index % 3 !== 0) });
  await Promise.all([...places.values()].map((place) => allThrough(stage.scene(place))));
  const outcomes = played.map(async ({ part, look }) => [part.name, await look()] as const);
  return {
    outcomes: new Map(await Promise.all(outcomes)),
    doubles: (await Promise.all([...places.values()].map((place) => doublesIn(place)))).flat(),
  };
}

/** Nothing is on its way any more when what was said last, both ways, has arrived. */
async function allThrough(scene: Scene): Promise<void> {
  await Promise.all([caughtUp('to Matrix', scene, WITHIN_MS), caughtUp('to Rocket.Chat', scene, WITHIN_MS)]);
}

/** The steps of one row; the first that fails is its outcome, and the others do nothing then. */
function playing(feature: Feature, stage: FeatureStage, place: Place | undefined) {
  if (place === undefined) throw new Error('every kind of place was opened');
  const scene = stage.scene(place);
  let outcome: string | Error = 'nothing was done';
  let prepared: Awaited<ReturnType<Feature['prepare']>> | undefined;
  let changed: ChangedFeature | undefined;
  const step = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      outcome = error as Error;
    }
  };
  return {
    prepare: () =>
      step(async () => {
        prepared = await feature.prepare(scene);
      }),
    change: () =>
      step(async () => {
        changed = await prepared?.change();
      }),
    async look(): Promise<string | Error> {
      const seen = changed;
      if (seen === undefined) return outcome;
      await step(async () => {
        await shownInTime(seen, scene, WITHIN_MS);
        outcome = await stillShown(seen, scene);
      });
      return outcome;
    },
  };
}
