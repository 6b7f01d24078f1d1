import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process of this folder. It ends with ours. */
export function startProcess(file: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', process.env['CHAOS_VERBOSE'] === undefined ? 'pipe' : 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** The first line that it prints; an error with what it wrote to stderr if it ends without one. */
export async function firstLine(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString()}`.slice(-4000);
  });
  if (child.stdout === null) throw new Error('the process has no output');
  const lines = createInterface({ input: child.stdout });
  // It may exit before its last words have come through the pipe; it closes after them.
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`ended with ${code} before it said anything: ${errors}`);
  });
  const line = await Promise.race([once(lines, 'line').then(([text]) => String(text)), ended]);
  ended.catch(() => {});
  return line;
}

/** Resolves with the signal or exit code; after `withinMs` the process is killed and the answer is `timeout`. */
export async function ending(child: ChildProcess, withinMs: number): Promise<string> {
  if (child.exitCode !== null || child.signalCode !== null) return child.signalCode ?? String(child.exitCode);
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, withinMs);
  let timedOut = false;
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(timer);
  return timedOut ? 'timeout' : (signal ?? String(code));
}
