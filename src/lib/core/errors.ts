import { type CatalogueEntry, type ErrorCode, errorCatalogue } from './error-catalogue.ts';

export type { ErrorCode } from './error-catalogue.ts';

interface ErrorDetail {
  /** Why, if it is known: one sentence, present tense. Never a secret. */
  why?: string;
  /** Replaces the catalogue's cures where the place that throws knows a better one. */
  try?: readonly string[];
  cause?: unknown;
}

/**
 * The one error that people are meant to read. Its code decides exit code, cure and whether trying
 * again makes sense (see error-catalogue.ts); the message names the thing that is wrong.
 */
export class RcfedError extends Error {
  override readonly name = 'RcfedError';
  readonly code: ErrorCode;
  readonly why: string | undefined;
  readonly try: readonly string[];

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.why = detail.why;
    this.try = detail.try ?? errorCatalogue[code].try;
  }

  get entry(): CatalogueEntry {
    return errorCatalogue[this.code];
  }

  get exit(): number {
    return this.entry.exit;
  }

  get retryable(): boolean {
    return this.entry.retryable;
  }
}
