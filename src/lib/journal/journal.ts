import { join } from 'node:path';
import * as v from 'valibot';
import { type JsonFile, jsonFile } from '../config/json-file.ts';
import type { ProfileSource } from '../config/profiles.ts';
import { isAboutTheSame, type JournalChange, storedChange, withBefore } from './change.ts';

const entry = v.object({
  id: v.number(),
  /** ISO 8601. */
  at: v.string(),
  /** URL of the workspace that it is about. */
  workspace: v.string(),
  /**
   * `begun`: written down before it was done, and perhaps it was not. `forced`: the server's environment says
   * otherwise, nothing changed. `undone`: by a rollback.
   */
  state: v.picklist(['begun', 'done', 'forced', 'undone']),
  change: storedChange,
});
const content = v.object({ version: v.literal(1), last: v.number(), entries: v.array(entry) });

export type JournalEntry = v.InferOutput<typeof entry>;

/** A change that is written down and not yet done. */
export interface Begun<Change extends JournalChange = JournalChange> {
  readonly id: number;
  readonly change: Change;
  /** An earlier run began it and did not finish. */
  readonly resumed: boolean;
}

/** What became of a change that was begun. */
export interface Settled {
  readonly begun: Begun;
  /** As it is known now, which may be more than before it was done; undefined: there was nothing to change. */
  readonly change: JournalChange | undefined;
  readonly state?: 'done' | 'forced';
}

/** What commands have changed with a profile: `journal.json` in the profile's data folder. */
export interface Journal {
  readonly path: string;
  /** Oldest first. */
  entries(): Promise<readonly JournalEntry[]>;
  /**
   * Writes changes down before they are done. One that an earlier run began and did not finish keeps what it says of
   * before: only that run saw it.
   */
  begin<Change extends JournalChange>(workspace: string, changes: readonly Change[]): Promise<readonly Begun<Change>[]>;
  /** Takes back what turned out to be so already, unless an earlier run may have done it. */
  settle(settled: readonly Settled[]): Promise<void>;
  /** Writes a change down, does it as it is written down, and writes down that it is done. */
  doing<Change extends JournalChange>(
    workspace: string,
    change: Change,
    act: (written: Change) => Promise<'done' | 'forced'>,
  ): Promise<'done' | 'forced'>;
  undone(id: number): Promise<void>;
}

/** Nothing is made before the first change. */
export function journalOf(source: Pick<ProfileSource, 'folders' | 'clock'>, profile: string): Journal {
  const path = join(source.folders.data, profile, 'journal.json');
  const file: JsonFile<v.InferOutput<typeof content>> = jsonFile({
    path,
    schema: content,
    empty: () => ({ version: 1 as const, last: 0, entries: [] }),
    clock: source.clock,
  });
  const begin: Journal['begin'] = (workspace, changes) =>
    file.update((journal) =>
      changes.map((wanted) => {
        const earlier = journal.entries.find(
          (each) => each.state === 'begun' && each.workspace === workspace && isAboutTheSame(each.change, wanted),
        );
        if (earlier !== undefined) {
          const change = withBefore(wanted, earlier.change as typeof wanted);
          earlier.change = change;
          return { id: earlier.id, change, resumed: true };
        }
        journal.last += 1;
        const at = new Date(source.clock.now()).toISOString();
        journal.entries.push({ id: journal.last, at, workspace, state: 'begun', change: wanted });
        return { id: journal.last, change: wanted, resumed: false };
      }),
    );
  const settle: Journal['settle'] = (settled) =>
    file.update((journal) => {
      for (const { begun, change, state = 'done' } of settled) {
        const found = journal.entries.find(({ id }) => id === begun.id);
        if (found !== undefined && change !== undefined) Object.assign(found, { state, change });
        else if (!begun.resumed) journal.entries = journal.entries.filter((each) => each !== found);
      }
    });
  return {
    path,
    entries: async () => (await file.read()).entries,
    begin,
    settle,
    async doing(workspace, wanted, act) {
      const [begun] = await begin(workspace, [wanted]);
      if (begun === undefined) throw new Error('a change that is begun has an entry');
      const state = await act(begun.change);
      await settle([{ begun, change: begun.change, state }]);
      return state;
    },
    undone: (id) =>
      file.update(({ entries }) => {
        const found = entries.find((each) => each.id === id);
        if (found !== undefined) found.state = 'undone';
      }),
  };
}
