/** Exit codes: 1 refused, 2 usage, 3 configuration, 4 not allowed, 5 network, 8 pending, 9 partly, 70 our bug. */
export interface CatalogueEntry {
  readonly exit: 1 | 2 | 3 | 4 | 5 | 8 | 9 | 70 | 130 | 143;
  readonly retryable: boolean;
  /** One to three complete commands or lines of configuration. */
  readonly try: readonly string[];
}

const entry = (exit: CatalogueEntry['exit'], retryable: boolean, ...cures: string[]): CatalogueEntry =>
  Object.freeze({ exit, retryable, try: Object.freeze(cures) });

/** Every code that rcfed reports, in alphabetical order. A code, once released, keeps its meaning. */
export const errorCatalogue = Object.freeze({
  RCFED_BUG: entry(70, false, 'Run the command again with RCFED_DEBUG=1 and report what it prints.'),
  RCFED_NETWORK: entry(5, true, 'Check the URL with: rcfed profile show', 'Try again in a minute.'),
} satisfies Record<string, CatalogueEntry>);

export type ErrorCode = keyof typeof errorCatalogue;
