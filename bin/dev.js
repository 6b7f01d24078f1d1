#!/usr/bin/env node
// Runs the commands straight from src/, without a build and without the manifest.
import { fileURLToPath } from 'node:url';
import { main } from '../src/cli/main.ts';

process.exitCode = await main(process.argv.slice(2), {
  root: fileURLToPath(new URL('..', import.meta.url)),
  commands: './src/commands',
});
