import type { Secret } from '../core/secret.ts';

const REDACTED = '[redacted]';
/** Shorter values occur in ordinary text by chance; replacing them would garble every line. */
const SHORTEST = 6;

/**
 * Knows the secrets of this run and takes them out of everything that is printed. It is the second
 * net below {@link Secret}: it catches a value that came back in a server's answer or an exception.
 */
export interface Redactor {
  /** Remembers a secret for the rest of the run. */
  know(secret: Secret): void;
  /** `text` with every known secret replaced, also in its JSON and URL encoded spellings. */
  scrub(text: string): string;
}

export const createRedactor = (): Redactor => {
  const spellings = new Set<string>();
  return {
    know(secret) {
      const value = secret.reveal();
      if (value.length < SHORTEST) return;
      for (const spelling of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())])
        spellings.add(spelling);
    },
    scrub(text) {
      let scrubbed = text;
      // The longest first: a secret that contains another must not leave its rest behind.
      for (const spelling of [...spellings].toSorted((a, b) => b.length - a.length))
        scrubbed = scrubbed.replaceAll(spelling, REDACTED);
      return scrubbed;
    },
  };
};
