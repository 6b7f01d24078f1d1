import type { Log, LogLevel } from '../lib/core/log.ts';
import { harmless } from '../lib/output/terminal-text.ts';
import type { CommandContext } from './context.ts';
import type { Settings } from './global-flags.ts';

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * A log on stderr: NDJSON with --json, else `12:03:01 warn  event key=value`. Warnings and errors
 * always, everything with --verbose, errors alone with --quiet.
 */
export const logTo = (
  { io, clock, redactor }: Pick<CommandContext, 'io' | 'clock' | 'redactor'>,
  { json, quiet, verbose }: Pick<Settings, 'json' | 'quiet' | 'verbose'>,
): Log => {
  const threshold = RANK[quiet ? 'error' : verbose ? 'debug' : 'warn'];
  return (level, event, fields = {}) => {
    if (RANK[level] < threshold) return;
    const time = new Date(clock.now()).toISOString();
    const line = json
      ? JSON.stringify({ time, level, event, ...fields })
      : harmless(asText(time, level, event, fields));
    io.stderr.write(`${redactor.scrub(line)}\n`);
  };
};

const asText = (time: string, level: LogLevel, event: string, fields: Readonly<Record<string, unknown>>): string => {
  const pairs = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value)}`,
  );
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${event}${pairs.join('')}`;
};
