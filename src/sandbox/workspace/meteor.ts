import { randomBytes } from 'node:crypto';

/** Meteor's alphabet without look-alikes; ids are 17 of them. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** A random id as Meteor makes them. */
export function meteorId(length = 17): string {
  let id = '';
  for (const byte of randomBytes(length)) id += ALPHABET[byte % ALPHABET.length];
  return id;
}

/**
 * A refusal with a code, as `Meteor.Error` is one: REST prints `reason [code]` and `errorType: code`,
 * realtime prints `{error: code, reason, message, details}`. A plain `Error` has no code and prints its
 * message alone; the real server throws both kinds, and so does the sandbox, at the same places.
 */
export class MeteorError extends Error {
  override readonly name = 'MeteorError';
  readonly code: string | number;
  readonly reason: string;
  readonly details: unknown;

  constructor(code: string | number, reason: string, details?: unknown) {
    super(`${reason} [${code}]`);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** Dates as `{"$date": ms}`, everything else as it is: what goes over a realtime connection. */
export function toEjson(value: unknown): unknown {
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(toEjson);
  if (value === null || typeof value !== 'object') return value;
  const out: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) if (part !== undefined) out[key] = toEjson(part);
  return out;
}

/** The reverse of {@link toEjson}. */
export function fromEjson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromEjson);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const first = entries[0];
  if (entries.length === 1 && first?.[0] === '$date' && typeof first[1] === 'number') return new Date(first[1]);
  return Object.fromEntries(entries.map(([key, part]) => [key, fromEjson(part)]));
}
