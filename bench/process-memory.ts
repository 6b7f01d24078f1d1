import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rounded } from './report.ts';

/** Resident memory of a process in MB; undefined when it is gone. */
export function residentMegabytes(pid: number): number | undefined {
  try {
    const kilobytes =
      process.platform === 'linux'
        ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString();
    return kilobytes === undefined ? undefined : rounded(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}

const SAMPLE_EVERY_MS = 250;

/** Keeps the highest that is seen until it is stopped. */
export function watchMemory(pid: number): { peak(): number; stop(): void } {
  let highest = 0;
  const sample = (): void => {
    highest = Math.max(highest, residentMegabytes(pid) ?? 0);
  };
  sample();
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    peak() {
      sample();
      return highest;
    },
    stop: () => clearInterval(timer),
  };
}
