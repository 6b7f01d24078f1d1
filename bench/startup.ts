import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, report, rounded } from './report.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const rcfed = process.env['RCFED_BENCH_BIN'] ?? file('../bin/run.js');

const programs: readonly { readonly name: string; readonly args: readonly string[]; readonly exit: number }[] = [
  { name: 'node empty.mjs', args: [file('empty.mjs')], exit: 0 },
  { name: 'rcfed --version', args: [rcfed, '--version'], exit: 0 },
  { name: 'rcfed --help', args: [rcfed, '--help'], exit: 0 },
  { name: 'a usage error', args: [rcfed, 'profile', 'list', '--no-such-flag'], exit: 2 },
];

/** How long the built rcfed takes to start, next to Node itself: every program once a round, so that all meet the same machine. */
export async function benchStartup(rounds: number): Promise<void> {
  if (!existsSync(join(rcfed, '../../dist/cli/main.js')))
    throw new Error('There is no build to measure: npm run build');
  const times = programs.map(() => [] as number[]);
  // The first round fills the caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, program] of programs.entries()) {
      const taken = run(program);
      if (round > 0) times[index]?.push(taken);
    }
  }
  const bare = median(times[0] ?? []);
  const results = programs.map(({ name }, index) => {
    const ms = median(times[index] ?? []);
    return { name, ms: rounded(ms), ratio: rounded(ms / bare, 2) };
  });
  const rows = results.map(({ name, ms, ratio }) => [name, `${ms} ms`, `${ratio}`]);
  report(['Program', 'Median', 'To bare Node'], rows, {
    bench: 'startup',
    rounds,
    node: process.versions.node,
    results,
  });
}

function run({ name, args, exit }: (typeof programs)[number]): number {
  const from = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const taken = performance.now() - from;
  if (status !== exit) throw new Error(`${name} ended with ${status}: ${stderr.toString()}`);
  return taken;
}
