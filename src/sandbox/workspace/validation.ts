/**
 * Checks of bodies and queries with the strictness and the type coercion of Rocket.Chat's own validators
 * (AJV with `coerceTypes`; unknown keys are refused). test/contract/workspace-validators.test.ts holds them
 * to @rocket.chat/rest-typings.
 */
interface FieldRules {
  readonly optional: boolean;
  readonly nullable: boolean;
}
export type Field = FieldRules &
  (
    | {
        readonly type: 'string';
        readonly minLength?: number;
        readonly oneOf?: readonly string[];
        readonly date?: boolean;
      }
    | { readonly type: 'number' | 'boolean' | 'any' }
    | { readonly type: 'array'; readonly items: Field; readonly wraps: boolean }
    | { readonly type: 'object'; readonly shape?: Shape }
    | { readonly type: 'either'; readonly fields: readonly Field[] }
  );

export interface Shape {
  readonly fields: Readonly<Record<string, Field>>;
  /** Unknown keys are let through. */
  readonly open?: boolean;
}

/** One shape, or several of which exactly one (`oneOf`) or at least one (`anyOf`) must fit. */
export type Schema = Shape | { readonly oneOf: readonly Shape[] } | { readonly anyOf: readonly Shape[] };

const required: FieldRules = { optional: false, nullable: false };
export const text = (rules: { minLength?: number; oneOf?: readonly string[]; date?: boolean } = {}): Field => ({
  type: 'string',
  ...required,
  ...rules,
});
export const number = (): Field => ({ type: 'number', ...required });
export const flag = (): Field => ({ type: 'boolean', ...required });
/** @param wraps whether a single value in a query counts as a list of one: not so for every list there. */
export const list = (items: Field, wraps = true): Field => ({ type: 'array', items, wraps, ...required });
export const object = (shape?: Shape): Field => ({
  type: 'object',
  ...required,
  ...(shape === undefined ? {} : { shape }),
});
export const either = (...fields: Field[]): Field => ({ type: 'either', fields, ...required });
export const anything = (): Field => ({ type: 'any', ...required });
/** May be absent. */
export const maybe = (field: Field): Field => ({ ...field, optional: true });
/** May be absent or null. */
export const nullable = (field: Field): Field => ({ ...field, optional: true, nullable: true });
export const shape = (fields: Record<string, Field>, open = false): Shape => ({ fields, open });

export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

/** @param fromQuery values came from a query string. */
export function check(schema: Schema, value: unknown, fromQuery: boolean): Checked<Record<string, unknown>> {
  if ('fields' in schema) return checkShape(schema, value, fromQuery);
  const exact = 'oneOf' in schema;
  const results = (exact ? schema.oneOf : schema.anyOf).map((one) => checkShape(one, value, fromQuery));
  const fitting = results.filter((result) => result.ok);
  const [first] = fitting;
  if (first !== undefined && (!exact || fitting.length === 1)) return first;
  const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
  return {
    ok: false,
    error: [...errors, exact ? 'must match exactly one schema in oneOf' : 'must match a schema in anyOf'].join('\n '),
  };
}

function checkShape(wanted: Shape, value: unknown, fromQuery: boolean): Checked<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { ok: false, error: 'must be object' };
  const out: Record<string, unknown> = {};
  const given = value as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    if (wanted.fields[key] !== undefined) continue;
    if (wanted.open !== true) return { ok: false, error: 'must NOT have additional properties' };
    out[key] = given[key];
  }
  for (const [key, field] of Object.entries(wanted.fields)) {
    if (given[key] === undefined) {
      if (!field.optional) return { ok: false, error: `must have required property '${key}'` };
      continue;
    }
    const result = checkField(field, given[key], fromQuery);
    if (!result.ok) return result;
    // An explicit null means what absence means.
    if (result.value !== null) out[key] = result.value;
  }
  return { ok: true, value: out };
}

function checkField(field: Field, value: unknown, fromQuery: boolean): Checked<unknown> {
  if (value === null && field.nullable) return { ok: true, value: null };
  const result = checkType(field, value, fromQuery);
  if (result.ok || !field.nullable || field.type === 'string' || (field.type === 'array' && field.wraps && fromQuery))
    return result;
  // Where null is allowed, emptiness of another type is coerced to it.
  return value === '' || value === 0 || value === false ? { ok: true, value: null } : result;
}

function checkType(field: Field, value: unknown, fromQuery: boolean): Checked<unknown> {
  switch (field.type) {
    case 'any':
      return { ok: true, value };
    case 'string':
      return checkText(field, toText(value));
    case 'number':
      return orError(toNumber(value), 'must be number');
    case 'boolean':
      return orError(toFlag(value), 'must be boolean');
    case 'array':
      return checkList(field, value, fromQuery);
    case 'object':
      if (value === null || typeof value !== 'object' || Array.isArray(value))
        return { ok: false, error: 'must be object' };
      return field.shape === undefined ? { ok: true, value } : checkShape(field.shape, value, fromQuery);
    case 'either': {
      const fit = field.fields.map((one) => checkField(one, value, fromQuery)).find((result) => result.ok);
      return fit ?? { ok: false, error: 'must match exactly one schema in oneOf' };
    }
  }
}

function checkList(
  { items, wraps }: Field & { type: 'array' },
  value: unknown,
  fromQuery: boolean,
): Checked<unknown[]> {
  const parts: unknown = fromQuery && wraps && !Array.isArray(value) ? [value] : value;
  if (!Array.isArray(parts)) return { ok: false, error: 'must be array' };
  const out: unknown[] = [];
  for (const part of parts as unknown[]) {
    const result = checkField(items, part, fromQuery);
    if (!result.ok) return result;
    out.push(result.value);
  }
  return { ok: true, value: out };
}

function checkText(field: Field & { type: 'string' }, value: string | undefined): Checked<string> {
  if (value === undefined) return { ok: false, error: 'must be string' };
  if (field.minLength !== undefined && value.length < field.minLength) {
    return { ok: false, error: `must NOT have fewer than ${field.minLength} characters` };
  }
  if (field.oneOf !== undefined && !field.oneOf.includes(value))
    return { ok: false, error: 'must be equal to one of the allowed values' };
  if (field.date === true && !isIsoDate(value)) return { ok: false, error: 'must match format "iso-date-time"' };
  return { ok: true, value };
}

function isIsoDate(value: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(z|[+-]\d{2}(:?\d{2})?)?$/i.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

function orError(value: unknown, error: string): Checked<unknown> {
  return value === undefined ? { ok: false, error } : { ok: true, value };
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === null || value === false) return 0;
  if (value === true) return 1;
  return typeof value === 'string' && value !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

function toFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 1) return true;
  return value === 'false' || value === 0 || value === null ? false : undefined;
}
