import { badJson, MatrixError } from './matrix-error.ts';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it's an object, else an empty one: for content of strangers that must not break us. */
export function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function stringOr(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** JSON with sorted keys, for comparing content (spec: appendices, "Canonical JSON"). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/**
 * What Synapse makes of content before it signs it: floats and big integers are refused with
 * 400, a lone surrogate can't be encoded and ends in a plain 500, today and at every retry.
 */
export function assertEventContent(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new MatrixError(500, 'M_UNKNOWN', 'Internal server error');
  } else if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw new MatrixError(400, 'M_UNKNOWN', 'Bad JSON value: float');
    if (!Number.isSafeInteger(value)) throw badJson('JSON integer out of range');
  } else if (Array.isArray(value)) {
    for (const item of value) assertEventContent(item);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      assertEventContent(key);
      assertEventContent(item);
    }
  }
}
