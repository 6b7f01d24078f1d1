import type { Clock } from '../../lib/core/clock.ts';
import { instant, type Person, type Sighting } from '../people/person.ts';
import { type Expected, sequenceOf, words } from './tally.ts';

type Side = Person['side'];

/** One message and what became of it. */
export interface Said {
  readonly by: Person;
  readonly sequence: number;
  /** With its number, as it is now. */
  text: string;
  id: string;
  removed: boolean;
  /** When its server acknowledged it. */
  acknowledgedAt: number | undefined;
  /** Its id on the other side, once it is seen there, and when that was. */
  otherId: string | undefined;
  seenAt: number | undefined;
  /** Text of the newest edit that is seen there; whether it is seen to be gone. */
  seenText: string | undefined;
  seenGone: boolean;
  /** Whether it counts for the latency: nobody asks how quick a bridge is that is down. */
  readonly timed: boolean;
}

export interface Conversation {
  /** For the reader of a side: everything that it sees. */
  sighted(side: Side, sighting: Sighting): void;
  say(by: Person, text: string, options?: { readonly timed: boolean }): Promise<Said>;
  edit(said: Said, text: string): Promise<void>;
  remove(said: Said): Promise<void>;
  /** Resolves true when all that was said, edited and removed is seen on the other side, false after `withinMs`. */
  settled(withinMs: number, signal: AbortSignal): Promise<boolean>;
  saidOn(side: Side): readonly Said[];
}

export interface ConversationOptions {
  readonly clock: Clock;
  readonly onSaid: (said: Said) => void;
  readonly onArrived: (said: Said, sighting: Sighting) => void;
}

/** Numbers what people say and watches it arrive. */
export function createConversation({ clock, onSaid, onArrived }: ConversationOptions): Conversation {
  const all: Said[] = [];
  let changed = Promise.withResolvers<void>();
  const saidOn = (side: Side): readonly Said[] => all.filter(({ by }) => by.side === side);
  const notify = (): void => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  return {
    saidOn,
    sighted(side, sighting) {
      const said = matching(all, side, sighting);
      if (said === undefined) return;
      note(said, sighting);
      onArrived(said, sighting);
      notify();
    },
    async say(by, text, options = { timed: true }) {
      const sequence = saidOn(by.side).length + 1;
      const said: Said = { ...unseen, by, sequence, text: `(${sequence}) ${text}`, timed: options.timed };
      all.push(said);
      onSaid(said);
      said.id = await by.say(said.text);
      said.acknowledgedAt = instant();
      return said;
    },
    async edit(said, text) {
      said.text = `(${said.sequence}) ${text}`;
      await said.by.edit(said.id, said.text);
    },
    async remove(said) {
      said.removed = true;
      await said.by.remove(said.id);
    },
    async settled(withinMs, signal) {
      const patience = new AbortController();
      const tooLate = clock.sleep(withinMs, AbortSignal.any([signal, patience.signal])).then(() => 'late' as const);
      tooLate.catch(() => {});
      try {
        while (!all.every(hasCrossed)) {
          if ((await Promise.race([changed.promise, tooLate])) === 'late') return false;
        }
        return true;
      } finally {
        patience.abort(new Error('it is settled'));
      }
    },
  };
}

const unseen = {
  id: '',
  removed: false,
  acknowledgedAt: undefined,
  otherId: undefined,
  seenAt: undefined,
  seenText: undefined,
  seenGone: false,
};

function matching(all: readonly Said[], side: Side, sighting: Sighting): Said | undefined {
  const others = all.filter(({ by }) => by.side !== side);
  if (sighting.kind !== 'message') return others.find(({ otherId }) => otherId === sighting.id);
  const own = all.find(({ by }) => by.side === side)?.by.author;
  if (sighting.author === own) return undefined;
  const sequence = sequenceOf(sighting.text);
  return others.find((said) => said.sequence === sequence);
}

/** A second copy changes nothing here: the histories tell at the end. */
function note(said: Said, sighting: Sighting): void {
  if (sighting.kind === 'gone') said.seenGone = true;
  else said.seenText = sighting.text;
  if (sighting.kind === 'message') {
    said.otherId ??= sighting.id;
    said.seenAt ??= sighting.at;
  }
}

function hasCrossed(said: Said): boolean {
  if (said.removed) return said.seenGone;
  return said.seenText !== undefined && words(said.seenText) === words(said.text);
}

/** Milliseconds from the acknowledged send to the sight of it on the other side. */
export function latencies(said: readonly Said[]): readonly number[] {
  return said.flatMap(({ timed, acknowledgedAt, seenAt }) =>
    timed && acknowledgedAt !== undefined && seenAt !== undefined ? [Math.max(0, seenAt - acknowledgedAt)] : [],
  );
}

export const expectedOf = (said: readonly Said[]): readonly Expected[] =>
  said.map(({ sequence, text, removed }) => ({ sequence, text, removed }));
