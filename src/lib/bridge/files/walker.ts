/** Reads a format while its bytes pass by, and keeps only what is too short to be looked at. */
export interface Walker {
  push(piece: Uint8Array): void;
  /** Nothing more will be found out: further pieces are ignored. */
  readonly isDone: boolean;
}

/**
 * What a look at the next bytes leads to: so many of them are passed over, which may be more than there are yet
 * (at least 1); `more` are needed before anything can be said; or it is `over`.
 */
export type Look = number | 'more' | 'over';

/** A look that needs more than this has gone astray. */
const MOST_HELD = 64 * 1024;

/** @param mostLooks bounds the work on what was made to cause much */
export function createWalker(look: (bytes: Buffer) => Look, mostLooks = Number.POSITIVE_INFINITY): Walker {
  let held: Buffer = Buffer.alloc(0);
  let skip = 0;
  let looks = 0;
  let isDone = false;
  const end = (): void => {
    isDone = true;
    held = Buffer.alloc(0);
  };
  return {
    push(piece) {
      if (isDone) return;
      if (skip >= piece.byteLength) {
        skip -= piece.byteLength;
        return;
      }
      const fresh = Buffer.from(piece.buffer, piece.byteOffset + skip, piece.byteLength - skip);
      skip = 0;
      const bytes = held.length === 0 ? fresh : Buffer.concat([held, fresh]);
      let at = 0;
      while (at < bytes.length) {
        looks += 1;
        const step = looks > mostLooks ? 'over' : look(bytes.subarray(at));
        if (step === 'more') break;
        if (step === 'over' || step < 1) return end();
        at += step;
      }
      skip = Math.max(0, at - bytes.length);
      if (bytes.length - at > MOST_HELD) return end();
      // A copy: the piece itself, which is large, is let go of.
      held = Buffer.from(bytes.subarray(at));
    },
    get isDone() {
      return isDone;
    },
  };
}
