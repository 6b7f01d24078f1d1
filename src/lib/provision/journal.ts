import { join } from 'node:path';
import * as v from 'valibot';
import { type JsonFile, jsonFile } from '../config/json-file.ts';
import type { ProfileSource } from '../config/profiles.ts';

const storedProfile = v.object({
  kind: v.picklist(['admin', 'user']),
  values: v.record(v.string(), v.string()),
  secrets: v.record(v.string(), v.string()),
});

const storedChange = v.variant('kind', [
  v.object({
    kind: v.literal('setting'),
    setting: v.string(),
    from: v.unknown(),
    to: v.unknown(),
    /** Then both values are encrypted (encryption.ts), bound to `journal`, the setting and `from` or `to`. */
    secret: v.boolean(),
  }),
  v.object({
    kind: v.literal('permission'),
    permission: v.string(),
    from: v.array(v.string()),
    to: v.array(v.string()),
  }),
  v.object({
    kind: v.literal('account'),
    username: v.string(),
    /** What it was before; null: there was none. A password that was renewed can't be put back. */
    before: v.nullable(v.object({ active: v.boolean(), roles: v.array(v.string()) })),
  }),
  v.object({
    kind: v.literal('webhook'),
    /** Where the workspace POSTs to. */
    url: v.string(),
  }),
  v.object({
    kind: v.literal('file'),
    path: v.string(),
    /** Where the file that was there before is; null: there was none. */
    keptAs: v.nullable(v.string()),
  }),
  v.object({
    kind: v.literal('profile'),
    name: v.string(),
    /** As it was stored, its secrets encrypted; null: there was none. */
    before: v.nullable(storedProfile),
    /** The values it has since. */
    after: v.record(v.string(), v.string()),
  }),
  v.object({
    kind: v.literal('rotation'),
    /** Of registration.yaml. */
    path: v.string(),
    /** Where the file with the old tokens is; null: there was none. */
    keptAs: v.nullable(v.string()),
    /** The profile that keeps the tokens; null: none does. */
    profile: v.nullable(v.string()),
    /** The old tokens by field as that profile had them, encrypted; null: none. */
    before: v.nullable(v.record(v.string(), v.string())),
    /** SHA-256 of the new file, in hexadecimal. */
    after: v.string(),
  }),
]);

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

/** One thing that provisioning changed, with what it was before and is since. */
export type JournalChange = v.InferOutput<typeof storedChange>;
export type JournalEntry = v.InferOutput<typeof entry>;
export type ChangeOf<Kind extends JournalChange['kind']> = Extract<JournalChange, { kind: Kind }>;

/** What provisioning a profile has changed: `journal.json` in the profile's data folder. */
export interface Journal {
  readonly path: string;
  /** Oldest first. */
  entries(): Promise<readonly JournalEntry[]>;
  /**
   * Writes a change down, does it, and writes down that it is done. One that an earlier run began and did not
   * finish keeps what it says of before: only that run saw it. `act` is given what was written down.
   */
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
  const set = (id: number, state: JournalEntry['state']): Promise<void> =>
    file.update(({ entries }) => {
      const found = entries.find((each) => each.id === id);
      if (found !== undefined) found.state = state;
    });
  return {
    path,
    entries: async () => (await file.read()).entries,
    async doing<Change extends JournalChange>(
      workspace: string,
      wanted: Change,
      act: (written: Change) => Promise<'done' | 'forced'>,
    ) {
      const { id, written } = await file.update((journal) => {
        const begun = journal.entries.find(
          (each) => each.state === 'begun' && each.workspace === workspace && isAboutTheSame(each.change, wanted),
        );
        if (begun !== undefined) {
          const merged = withBefore(wanted, begun.change as Change);
          begun.change = merged;
          return { id: begun.id, written: merged };
        }
        journal.last += 1;
        const at = new Date(source.clock.now()).toISOString();
        journal.entries.push({ id: journal.last, at, workspace, state: 'begun', change: wanted });
        return { id: journal.last, written: wanted };
      });
      const outcome = await act(written);
      await set(id, outcome);
      return outcome;
    },
    undone: (id) => set(id, 'undone'),
  };
}

/** What a change is about, which stays the same however often it is tried. */
function subjectOf(change: JournalChange): string {
  switch (change.kind) {
    case 'setting':
      return change.setting;
    case 'permission':
      return change.permission;
    case 'account':
      return change.username;
    case 'webhook':
      return change.url;
    case 'file':
      return change.path;
    case 'profile':
      return change.name;
    case 'rotation':
      return change.path;
  }
}

const isAboutTheSame = (one: JournalChange, other: JournalChange): boolean =>
  one.kind === other.kind && subjectOf(one) === subjectOf(other);

/** Fields that say what was there before. */
const BEFORE = ['from', 'before', 'keptAs'] as const;

function withBefore<Change extends JournalChange>(wanted: Change, begun: Change): Change {
  const before = Object.entries(begun).filter(([field]) => BEFORE.some((each) => each === field));
  return { ...wanted, ...Object.fromEntries(before) };
}
