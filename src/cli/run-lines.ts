import type { Clock } from '../lib/core/clock.ts';
import type { Log } from '../lib/core/log.ts';
import type { SchemaName } from '../lib/output/envelope.ts';

/** One thing that happened while the bridge runs, as an object for programs and a line for people. */
export type RunLine =
  | { readonly event: 'connecting'; readonly workspace: string; readonly homeserver: string }
  | { readonly event: 'listening'; readonly listener: string; readonly admin: readonly string[] }
  | { readonly event: 'ready'; readonly rooms: number }
  | { readonly event: 'waiting' | 'works'; readonly side: string; readonly reason?: string }
  | {
      readonly event: 'row';
      readonly side: string;
      readonly ref: string;
      readonly type: string;
      readonly room: string;
      readonly by?: string;
      readonly outcome: string;
      readonly reason?: string;
    }
  /** What people in the room were told by the bridge itself, on that side. */
  | { readonly event: 'notice'; readonly side: string; readonly room: string; readonly reason: string }
  | { readonly event: 'stopping' };

export const RUN_SCHEMA: SchemaName = 'federation-run/1';

/** What is printed of a run; `text` is undefined for lines that only programs want. */
export interface PrintedLine {
  readonly object: { readonly schema: SchemaName } & Readonly<Record<string, unknown>>;
  readonly text: string;
}

export const printedLine = (line: RunLine, clock: Clock): PrintedLine => {
  const time = new Date(clock.now()).toISOString();
  return { object: { schema: RUN_SCHEMA, time, ...line }, text: textOf(line, time.slice(11, 19)) };
};

const serverName = (side: string): string => (side === 'workspace' ? 'workspace' : 'homeserver');

function textOf(line: RunLine, time: string): string {
  switch (line.event) {
    case 'connecting':
      return `Connecting to ${line.workspace} and ${line.homeserver} …`;
    case 'listening':
      return `Listening at ${line.listener}, admin API at ${line.admin.join(' and ')}`;
    case 'ready':
      return `Ready. Bridging ${line.rooms} ${line.rooms === 1 ? 'room' : 'rooms'} (^C to stop)`;
    case 'waiting':
      return `${time} Waiting for the ${serverName(line.side)}: ${line.reason ?? 'it does not work'}${cureOf(line)}`;
    case 'works':
      return `${time} The ${serverName(line.side)} works again`;
    case 'row':
      return rowText(line, time);
    case 'notice':
      return `${time} Told in ${line.room} (${serverName(line.side)}): ${line.reason}`.replaceAll(/\p{Cc}+/gu, ' ');
    case 'stopping':
      return 'Finishing what is under way …';
  }
}

/** The two mistakes of a first start. */
function cureOf({ side, reason = '' }: { readonly side: string; readonly reason?: string }): string {
  if (side === 'homeserver' && reason.includes('M_UNKNOWN_TOKEN'))
    return ' (it does not know the as_token: name registration.yaml in its homeserver.yaml and restart it)';
  if (side === 'workspace' && /\b(HTTP )?401\b|unauthorized|not authori[sz]ed|logged in/i.test(reason))
    return " (it refuses the bot's token; renew it: rcfed federation provision)";
  return '';
}

/** `-->` from Matrix, `<--` towards it. */
function rowText(row: Extract<RunLine, { event: 'row' }>, time: string): string {
  const arrow = row.side === 'homeserver' ? '-->' : '<--';
  const words = [time, arrow, row.room, ...(row.by === undefined ? [] : [row.by]), row.type, row.ref, row.outcome];
  // Names come from servers: a line break in one must not begin a line of its own.
  return `${words.join('  ').replaceAll(/\p{Cc}+/gu, ' ')}${row.reason === undefined ? '' : ` (${row.reason})`}`;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * A log that turns the bridge's own entries into lines of the run; everything else goes on to `rest`,
 * and with `all` these too.
 */
export const runLog = (rest: Log, all: boolean, tell: (line: RunLine) => void): Log => {
  return (level, event, fields = {}) => {
    const line = lineOf(event, fields);
    // The line about the workspace that follows says it for people.
    if (event === 'realtime.refused' && !all) return;
    if (line !== undefined) tell(line);
    if (line === undefined || all) rest(level, event, fields);
  };
};

function lineOf(event: string, fields: Readonly<Record<string, unknown>>): RunLine | undefined {
  const reason = text(fields['reason']);
  const why = reason === undefined ? {} : { reason };
  const side = text(fields['side']) ?? '';
  if (event === 'side.waiting') return { event: 'waiting', side, ...why };
  if (event === 'side.works') return { event: 'works', side };
  if (event === 'notice.said')
    return { event: 'notice', side, room: text(fields['portal']) ?? '', reason: text(fields['text']) ?? '' };
  if (event !== 'row.settled') return undefined;
  const by = text(fields['by']);
  return {
    event: 'row',
    side,
    ref: text(fields['ref']) ?? '',
    type: text(fields['type']) ?? '',
    room: text(fields['portal']) ?? '',
    ...(by === undefined ? {} : { by }),
    outcome: text(fields['outcome']) ?? '',
    ...why,
  };
}
