import type { Side } from '../core/remote-error.ts';
import type { InboxId, InboxRow } from '../store/inbox-types.ts';

/** So many rows of a lane may have acted without being settled; after a crash so many are asked about. */
const SETTLING_LIMIT = 8;

const NEW_MESSAGE = { workspace: 'message', homeserver: 'm.room.message' } as const;
/** An edit, an answer, a message in a thread. Better to wait for nothing than to miss what it belongs to. */
const NAMES_ANOTHER = { workspace: /"tmid":|[?&]msg=/, homeserver: /"m\.relates_to":/ } as const;

/**
 * Rows of one lane that have acted and whose settling is on its way to the disk. The next row acts
 * meanwhile, still after them: only what can't depend on them may.
 */
export class Settling {
  readonly #rows = new Map<InboxId, { readonly ref: string; readonly settled: Promise<void> }>();
  #failure: { readonly error: unknown } | undefined;

  add({ id, ref }: Pick<InboxRow, 'id' | 'ref'>, settled: Promise<void>, done: (failed: boolean) => void): void {
    const ended = settled.then(
      () => {
        this.#rows.delete(id);
        done(false);
      },
      (error: unknown) => {
        this.#rows.delete(id);
        this.#failure ??= { error };
        done(true);
      },
    );
    this.#rows.set(id, { ref, settled: ended });
  }

  get ids(): readonly InboxId[] {
    return [...this.#rows.keys()];
  }

  /** Resolves when there is room for one more. Throws what the store said to one that failed, once. */
  async room(): Promise<void> {
    while (this.#rows.size >= SETTLING_LIMIT) await this.#oldest();
    this.#raise();
  }

  /** Resolves when nothing is on its way. Throws what the store said to one that failed, once. */
  async none(): Promise<void> {
    while (this.#rows.size > 0) await this.#oldest();
    this.#raise();
  }

  /** Whether that row is read without knowing of these: a new message that is no version of one of them and names none. */
  isIndependent(row: Pick<InboxRow, 'side' | 'type' | 'ref' | 'body'>): boolean {
    for (const { ref } of this.#rows.values()) if (ref === row.ref) return false;
    return row.type === NEW_MESSAGE[row.side] && !NAMES_ANOTHER[row.side].test(row.body ?? '');
  }

  async #oldest(): Promise<void> {
    for (const { settled } of this.#rows.values()) return settled;
  }

  #raise(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }
}

/**
 * How many rows of each side may have acted without being settled: after a lane was taken over, and after a
 * try that had no answer. Whoever applies one of them asks first.
 */
export class Doubt {
  readonly #rows = new Map<Side, number>();

  about(side: Side): boolean {
    return (this.#rows.get(side) ?? 0) > 0;
  }

  raise(side: Side): void {
    this.#rows.set(side, SETTLING_LIMIT);
  }

  /** One row of that side has been dealt with. */
  pass(side: Side): void {
    const left = (this.#rows.get(side) ?? 0) - 1;
    if (left > 0) this.#rows.set(side, left);
    else this.#rows.delete(side);
  }

  /** Nothing waits on that side. */
  clear(side: Side): void {
    this.#rows.delete(side);
  }
}
