import type { Node } from './plain-text.ts';

/** A time of day without a day, `<t:10:20:30+02:00:t>`: the parser makes a time of some other day of it. */
const HOURS = /^<t:(\d{1,2}:\d{2}(?::\d{2})?)([+-]\d{2}:\d{2})?(?::[tTdDfFR])?>$/;

/**
 * `<t:1700000000:R>` as a time that needs no reader's time zone. Relative ones are absolute too, since a
 * text that stays can't grow older.
 */
export function timeText(node: Node, source: string): string {
  const { timestamp, format } = node.value as { timestamp: string; format: string };
  const [start, end] = Array.isArray(node.fallback) ? (node.fallback as number[]) : [0, 0];
  const hours = HOURS.exec(source.slice(start, end));
  if (hours !== null) return [hours[1], hours[2]].filter((part) => part !== undefined).join(' ');
  const date = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(date.getTime())) return timestamp;
  const iso = date.toISOString();
  const dot = iso.lastIndexOf('T');
  if (format === 'd' || format === 'D') return iso.slice(0, dot);
  return `${iso.slice(0, dot)} ${iso.slice(dot + 1, format === 'T' ? dot + 9 : dot + 6)} UTC`;
}
