// Runs after `npm ci`: a checkout with its devDependencies is built at once; an installed package
// or `npm ci --omit=dev` has no compiler and either ships dist/ or needs a full install.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// `npx rcfed` in a checkout links the checkout into npm's cache and prepares it once more. Building
// under the feet of a running bridge would be wrong, and what `npm ci` built is what is meant.
const linkedByNpx = process.env.npm_command === 'exec' && existsSync('dist');
// Without the development packages there are no types to compile against, even where some package
// happens to bring the compiler.
const withoutTypes = (process.env.npm_config_omit ?? '').includes('dev') || process.env.NODE_ENV === 'production';

if (!linkedByNpx && !withoutTypes && existsSync('node_modules/typescript') && existsSync('tsconfig.build.json')) {
  const { status } = spawnSync('npm', ['run', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' });
  process.exitCode = status ?? 1;
}
