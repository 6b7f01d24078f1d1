import * as v from 'valibot';
import { errorCatalogue } from '../core/error-catalogue.ts';
import { type ErrorCode, RcfedError } from '../core/errors.ts';

const wireError = v.object({
  code: v.string(),
  message: v.string(),
  why: v.optional(v.string()),
  try: v.array(v.string()),
});

const wireAnswer = v.variant('ok', [
  v.object({ ok: v.literal(true), data: v.unknown() }),
  v.object({ ok: v.literal(false), error: wireError }),
]);

/** What the admin API answers to `POST /v1/<operation>`. */
export type WireAnswer = v.InferOutput<typeof wireAnswer>;

export function failureAnswer({ code, message, why, try: cures }: RcfedError): WireAnswer {
  return { ok: false, error: { code, message, ...(why === undefined ? {} : { why }), try: [...cures] } };
}

/** The answer in a text, or undefined if something else than an admin API wrote it. */
export function readAnswer(text: string): WireAnswer | undefined {
  try {
    const checked = v.safeParse(wireAnswer, JSON.parse(text));
    return checked.success ? checked.output : undefined;
  } catch {
    return undefined;
  }
}

/** The error as the bridge threw it. A code of a newer bridge is kept in the text. */
export function thrownError({ code, message, why, try: cures }: v.InferOutput<typeof wireError>): RcfedError {
  const detail = { ...(why === undefined ? {} : { why }), try: cures };
  if (Object.hasOwn(errorCatalogue, code)) return new RcfedError(code as ErrorCode, message, detail);
  return new RcfedError('RCFED_REFUSED', `${message} (${code})`, detail);
}
