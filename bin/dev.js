#!/usr/bin/env node
// Runs the commands straight from src/, without a build and without the manifest.
import { fileURLToPath } from 'node:url';
import { refuseOldNode } from './node-version.js';

if (!refuseOldNode()) {
  const { main } = await import('../src/cli/main.ts');
  const root = fileURLToPath(new URL('..', import.meta.url));
  process.exitCode = await main(process.argv.slice(2), { root, commands: './src/commands' });
}
