/**
 * One structured line of what the program did. `fields` are plain data and never hold a secret or a
 * message's text. Renderers in `output/` make it human or NDJSON; library code only calls this.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silentLog: Log = () => {};
