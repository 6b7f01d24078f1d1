import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './run-command.ts';

export interface BuiltPackage {
  readonly root: string;
  /** bin/run.js of the build. */
  readonly bin: string;
  readonly remove: () => Promise<void>;
}

const SHIPPED = ['bin', 'package.json', 'oclif.manifest.json', 'schemas', 'README.md', 'LICENSE'];

/**
 * Compiles the package into a folder of its own, so that tests see the code as it is now and share
 * no dist/ with each other. Takes some two seconds: once for a file of tests.
 */
export const buildPackage = async (): Promise<BuiltPackage> => {
  const root = await mkdtemp(join(tmpdir(), 'rcfed-built-'));
  for (const name of SHIPPED) await cp(join(repositoryRoot, name), join(root, name), { recursive: true });
  await symlink(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
  // Whether the types fit is for `npm run check` to say; the compiler writes its output either way.
  spawnSync('tsc', ['-p', 'tsconfig.build.json', '--outDir', join(root, 'dist')], {
    cwd: repositoryRoot,
    env: { ...process.env, PATH: `${join(repositoryRoot, 'node_modules/.bin')}:${process.env['PATH']}` },
  });
  return { root, bin: join(root, 'bin/run.js'), remove: () => rm(root, { recursive: true, force: true }) };
};

export interface ProcessResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with an environment of its own; stdin is empty. */
export const runProcess = async (
  command: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string } = {},
): Promise<ProcessResult> => {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
};
