import { isRecord } from '../../core/record.ts';

/** Reading fields of content that anybody may have written: of the wanted type and size, or absent. */
export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = Object.freeze({});

/** An empty one for what is no object. */
export const fieldsOf = (value: unknown): Fields => (isRecord(value) ? value : NONE);

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A whole number between both, both included. Fractions are rounded: some clients send them. */
export function numberWithin(value: unknown, least: number, most: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const whole = Math.round(value);
  return whole >= least && whole <= most ? whole : undefined;
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
