/** Something that a person sees happen in the room, the moment it reaches their client. `shown` is the text with its formatting. */
export type Sighting =
  | {
      readonly kind: 'message';
      readonly id: string;
      readonly text: string;
      readonly shown: string;
      readonly author: string;
      readonly at: number;
    }
  | { readonly kind: 'edit'; readonly id: string; readonly text: string; readonly shown: string; readonly at: number }
  | { readonly kind: 'gone'; readonly id: string; readonly at: number };

/** A message as the room's history has it now. */
export interface HistoryEntry {
  readonly id: string;
  /** Whoever wrote it, by the name of this side: `bob`, `@alice:sandbox.test`. */
  readonly author: string;
  readonly text: string;
}

/** Somebody with a client of their own on one side, in one room. Texts are Rocket.Chat's markdown or Matrix HTML's source, as the side has it. */
export interface Person {
  readonly name: string;
  readonly side: 'workspace' | 'homeserver';
  /** As {@link HistoryEntry.author} has it. */
  readonly author: string;
  /** Resolves with the id once the server has acknowledged it. */
  say(text: string): Promise<string>;
  edit(id: string, text: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** The room's whole history, oldest first: edits applied, deleted messages gone. */
  history(): Promise<readonly HistoryEntry[]>;
  leave(): Promise<void>;
}

/** Milliseconds on a clock that never jumps: latencies are differences of these. */
export const instant = (): number => performance.now();
