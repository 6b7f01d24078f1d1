import type { ChangedFeature, Direction, Feature } from './feature.ts';
import { sameness as sameEvent } from './matrix-reader.ts';
import { newMark, type Scene } from './scene.ts';
import type { FeatureStage } from './stage.ts';
import { until } from './until.ts';
import { sameness as sameMessage } from './workspace-reader.ts';

/** A row as it went. */
export interface FeatureResult {
  readonly feature: string;
  readonly direction: Direction;
  readonly ok: boolean;
  /** What the reader on the other side sees, or why that is not as it should be. */
  readonly detail: string;
}

const SHOWN_WITHIN_MS = 20_000;

/**
 * Plays every row once, one after the other, each in the first of its places. One that fails says so in
 * its detail and does not keep the others from being played.
 */
export async function runFeatures(
  stage: FeatureStage,
  features: readonly Feature[],
  signal: AbortSignal,
): Promise<readonly FeatureResult[]> {
  const places = new Map<string, ReturnType<FeatureStage['openPlace']>>();
  const results: FeatureResult[] = [];
  for (const feature of features) {
    const [kind = 'channel'] = feature.where;
    const opened = places.get(kind) ?? stage.openPlace(kind);
    places.set(kind, opened);
    const scene = stage.scene(await opened);
    results.push(await runFeature(feature, scene));
    signal.throwIfAborted();
  }
  return results;
}

async function runFeature(feature: Feature, scene: Scene): Promise<FeatureResult> {
  const row = { feature: feature.feature, direction: feature.direction };
  try {
    const changed = await (await feature.prepare(scene)).change();
    await shownInTime(changed, scene, SHOWN_WITHIN_MS);
    await caughtUp(feature.direction, scene, SHOWN_WITHIN_MS);
    return { ...row, ok: true, detail: await stillShown(changed, scene) };
  } catch (error) {
    return { ...row, ok: false, detail: (error as Error).message };
  }
}

/** Asks again until the reader sees it. @throws what was missing last */
export const shownInTime = (changed: ChangedFeature, scene: Scene, withinMs: number): Promise<string> =>
  until(() => changed.shown(), withinMs, scene);

/** Posts something that way and waits until it is there: whatever came before it has arrived, a second copy too. */
export async function caughtUp(direction: Direction, scene: Scene, withinMs: number): Promise<void> {
  const text = `and then ${newMark()}`;
  const { matrix, workspace } = scene.place;
  await (direction === 'to Matrix' ? scene.bobSays(text) : scene.aliceSays(text));
  const look = (): Promise<unknown> => (direction === 'to Matrix' ? matrix : workspace).saying(text);
  await until(look, withinMs, scene);
}

/** Looks once more, when {@link caughtUp} is through. @throws when it is different now, or anything is there twice */
export async function stillShown(changed: ChangedFeature, scene: Scene): Promise<string> {
  const detail = await changed.shown();
  const doubled = await doubledIn(scene);
  if (doubled !== undefined) throw new Error(`This is there twice: ${doubled}`);
  return detail;
}

async function doubledIn({ matrix, workspace }: Scene): Promise<string | undefined> {
  const [events, messages] = await Promise.all([matrix.events(), workspace.messages()]);
  return firstDouble(events.map(sameEvent)) ?? firstDouble(messages.map(sameMessage));
}

/** undefined is never doubled. */
function firstDouble(all: readonly (string | undefined)[]): string | undefined {
  const seen = new Set<string>();
  return all.find((one) => {
    if (one === undefined) return false;
    const isDouble = seen.has(one);
    seen.add(one);
    return isDouble;
  });
}
