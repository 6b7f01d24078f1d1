import { RcfedError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds of `500ms`, `30s`, `5m`, `2h`, `7d`; a bare number means seconds.
 * @throws RcfedError RCFED_USAGE, naming the flag but not the value.
 */
export const parseDuration = (text: string, flag: string): number => {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!Number.isSafeInteger(Math.round(ms)))
    throw new RcfedError('RCFED_USAGE', `--${flag} needs a duration such as 30s, 5m or 2h`);
  return Math.round(ms);
};
