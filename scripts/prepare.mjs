// Runs after `npm ci`: a checkout with its devDependencies is built at once; an installed package
// or `npm ci --omit=dev` has no compiler and either ships dist/ or needs a full install.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

if (existsSync('node_modules/typescript') && existsSync('tsconfig.build.json')) {
  const { status } = spawnSync('npm', ['run', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' });
  process.exitCode = status ?? 1;
}
