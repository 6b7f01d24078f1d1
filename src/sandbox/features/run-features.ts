import type { ChangedFeature, Direction, Feature, PlaceKind } from './feature.ts';
import { sameness as sameEvent } from './matrix-reader.ts';
import { newMark, type Place, type Scene } from './scene.ts';
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
/** So many rows at once: what takes time is the way of each, not the work. */
const AT_ONCE = 5;

/**
 * Plays every row once, in the first of its places. One that fails says so in its detail and does not keep
 * the others from being played.
 */
export async function runFeatures(
  stage: FeatureStage,
  features: readonly Feature[],
  { signal, withinMs = SHOWN_WITHIN_MS }: { readonly signal: AbortSignal; readonly withinMs?: number },
): Promise<readonly FeatureResult[]> {
  const places = new Map<PlaceKind, Place>();
  for (const { where } of features) if (!places.has(where[0])) places.set(where[0], await stage.openPlace(where[0]));
  const results: FeatureResult[] = [];
  for (let at = 0; at < features.length; at += AT_ONCE) {
    const some = features.slice(at, at + AT_ONCE).map((feature) => {
      const place = places.get(feature.where[0]);
      if (place === undefined) throw new Error('every place of a row was opened');
      return runFeature(feature, stage.scene(place), withinMs);
    });
    results.push(...(await Promise.all(some)));
    signal.throwIfAborted();
  }
  return results;
}

async function runFeature(feature: Feature, scene: Scene, withinMs: number): Promise<FeatureResult> {
  const row = { feature: feature.feature, direction: feature.direction };
  try {
    const changed = await (await feature.prepare(scene)).change();
    await shownInTime(changed, scene, withinMs);
    await caughtUp(feature.direction, scene, withinMs);
    return { ...row, ok: true, detail: oneLine(await stillShown(changed, scene)) };
  } catch (error) {
    return { ...row, ok: false, detail: oneLine((error as Error).message) };
  }
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ');

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

/** Looks once more, when {@link caughtUp} is through. @throws when it is different now, or there twice */
export async function stillShown(changed: ChangedFeature, scene: Scene): Promise<string> {
  const detail = await changed.shown();
  const double = (await doublesIn(scene.place)).find((each) => each.includes(scene.mark));
  if (double !== undefined) throw new Error(`This is there twice: ${double}`);
  return detail;
}

/** Everything in a room that is there twice, on either side. */
export async function doublesIn({
  matrix,
  workspace,
}: Pick<Place, 'matrix' | 'workspace'>): Promise<readonly string[]> {
  const [events, messages] = await Promise.all([matrix.events(), workspace.messages()]);
  return [...doubled(events.map(sameEvent)), ...doubled(messages.map(sameMessage))];
}

/** undefined is never doubled. */
function doubled(all: readonly (string | undefined)[]): readonly string[] {
  const seen = new Set<string>();
  return all.filter((one): one is string => {
    if (one === undefined) return false;
    const isDouble = seen.has(one);
    seen.add(one);
    return isDouble;
  });
}
