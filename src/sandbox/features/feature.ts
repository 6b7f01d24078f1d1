import type { Scene } from './scene.ts';

/*
 * How to add a row
 *
 * 1. Write it with `feature({…})` in the file of its group, here in this folder:
 *    - `prepare` brings both sides to the state from which the change starts and waits for it
 *      (`scene.until`). It may be called for many rows at once, in the same room: every text of a row
 *      has `scene.mark` in it, and a row looks only at what has its mark or belongs to that.
 *    - `change` is what a person does, by requests to their own server alone: the bridge may be dead.
 *    - `shown` looks once at what the reader on the other side sees and throws until that is right and
 *      there exactly once (`scene.matrix` and `scene.workspace` see to that). It must be sharp: content,
 *      relation, sender, not merely that there is something. Its answer says in one line what is seen.
 * 2. Put it into the table of all.ts, in its place.
 * 3. `npm run generate` writes docs/features.md.
 *
 * What goes one way only by its nature has the one row. What is of the moment (typing, presence) says
 * `lasting: false`: a bridge that is dead meanwhile need not make up for it.
 */

export type Direction = 'to Matrix' | 'to Rocket.Chat';

/** Kinds of rooms: a channel, a private group, a direct message. */
export type PlaceKind = 'channel' | 'group' | 'direct';

/** What the table says of a row. */
export interface FeatureFacts {
  /** Short and lower case: `edit`. With the direction it names the row. */
  readonly feature: string;
  readonly direction: Direction;
  /** One line: what works. */
  readonly says: string;
  /** One line: what does not, and what is seen instead; empty for nothing. */
  readonly limits: string;
  /** Where it is shown; the first is the place of the demo. */
  readonly where: readonly [PlaceKind, ...PlaceKind[]];
  /** Whether a bridge that was down makes up for it. */
  readonly lasting: boolean;
}

export interface FeatureSpec<Settled, Changed>
  extends
    Pick<FeatureFacts, 'feature' | 'direction' | 'says'>,
    Partial<Pick<FeatureFacts, 'limits' | 'where' | 'lasting'>> {
  prepare(scene: Scene): Promise<Settled>;
  change(scene: Scene, settled: Settled): Promise<Changed>;
  /** @returns the detail */
  shown(scene: Scene, changed: Changed): Promise<string>;
}

/** A row of the table. Each step answers the next one. */
export interface Feature extends FeatureFacts {
  prepare(scene: Scene): Promise<PreparedFeature>;
}

export interface PreparedFeature {
  change(): Promise<ChangedFeature>;
}

export interface ChangedFeature {
  /** Throws until the reader sees it; then says what. */
  shown(): Promise<string>;
}

/** Makes a row; what its steps hand on stays between them. */
export function feature<Settled, Changed>(spec: FeatureSpec<Settled, Changed>): Feature {
  const { feature: name, direction, says, limits = '', where = ['channel'], lasting = true } = spec;
  return {
    feature: name,
    direction,
    says,
    limits,
    where,
    lasting,
    async prepare(scene) {
      const settled = await spec.prepare(scene);
      return {
        async change() {
          const changed = await spec.change(scene, settled);
          return { shown: () => spec.shown(scene, changed) };
        },
      };
    },
  };
}

/** `edit, to Matrix` */
export const nameOf = ({ feature: name, direction }: Pick<FeatureFacts, 'feature' | 'direction'>): string =>
  `${name}, ${direction}`;

/** For rows that need nothing to be there before. */
export const nothing = (): Promise<undefined> => Promise.resolve(undefined);
