import type { RcfedError } from '../core/errors.ts';

/** `<name>/<major>`; the major rises when a field goes or changes its meaning. */
export type SchemaName = `${string}/${number}`;

export interface SuccessEnvelope<Data> {
  readonly schema: SchemaName;
  readonly ok: true;
  readonly data: Data;
  readonly warnings: readonly string[];
}

export interface FailureEnvelope<Data = never> {
  readonly schema: SchemaName;
  readonly ok: false;
  /** Present where the command got a result and found it wanting, or did only a part. */
  readonly data?: Data;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly why?: string;
    readonly try: readonly string[];
    readonly retryable: boolean;
  };
  readonly warnings: readonly string[];
}

/** The schema of a failure that happened before any command was chosen or gave a result. */
const FAILURE_SCHEMA: SchemaName = 'failure/1';

export const success = <Data>(schema: SchemaName, data: Data, warnings: readonly string[]): SuccessEnvelope<Data> => ({
  schema,
  ok: true,
  data,
  warnings,
});

/** Holds only what the catalogue and the thrower chose to say: never argv, configuration or a stack. */
export const failure = <Data>(
  error: RcfedError,
  warnings: readonly string[],
  result?: { schema: SchemaName; data: Data },
): FailureEnvelope<Data> => ({
  schema: result?.schema ?? FAILURE_SCHEMA,
  ok: false,
  ...(result === undefined ? {} : { data: result.data }),
  error: {
    code: error.code,
    message: error.message,
    ...(error.why === undefined ? {} : { why: error.why }),
    try: error.try,
    retryable: error.retryable,
  },
  warnings,
});
