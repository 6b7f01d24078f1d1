/** Everything that can be said about the code without running it. All of it runs, so that one push shows all there is. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc', '--noEmit'],
  ['lint', 'oxlint', '--type-aware'],
  ['format', 'oxfmt', '--check'],
  ['unused code', 'knip'],
  ['package', 'publint', '--strict'],
  ['generated files', 'node', 'scripts/generate.ts', '--check'],
];

const failed: string[] = [];
if (!existsSync('dist')) spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
for (const [name, command, ...args] of steps) {
  process.stdout.write(`\n== ${name}: ${[command, ...args].join(' ')}\n`);
  if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? '\nAll checks passed.\n' : `\nFailed: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
