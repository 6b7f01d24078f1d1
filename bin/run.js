#!/usr/bin/env node
// Plain JavaScript that a Node from years ago can parse: it must get as far as saying that it is too old.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const { version, engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

// A reader that has seen enough (`| head -1`) is no error.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });

if (!satisfies(process.versions.node, engines.node)) {
  process.stderr.write(
    `Error: Node ${process.versions.node} is too old for rcfed, which needs ${engines.node}; install one from https://nodejs.org or with: nvm install 24 [RCFED_NODE_TOO_OLD]\n`,
  );
  process.exitCode = 3;
} else if (process.argv.length === 3 && process.argv[2] === '--version') {
  // Without oclif: a third of the time.
  process.stdout.write(`rcfed/${version} ${process.platform}-${process.arch} node-v${process.versions.node}\n`);
} else {
  module.enableCompileCache();
  import('../dist/cli/main.js')
    .then(({ main }) => main(process.argv.slice(2), { root: fileURLToPath(root) }))
    .then(
      (code) => {
        process.exitCode = code;
      },
      (error) => {
        process.stderr.write(`Error: rcfed could not start: ${error.message} [RCFED_BUG]\n`);
        if (process.env.RCFED_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
        process.exitCode = 70;
      },
    );
}

/** Understands what our own `engines` uses: alternatives of `^a.b.c` and `>=a`. */
function satisfies(running, range) {
  const [major, minor, patch] = running.split('.').map(Number);
  return range.split('||').some((alternative) => {
    const [, operator, numbers] = /^\s*(\^|>=)([\d.]+)\s*$/.exec(alternative);
    const [wantedMajor, wantedMinor = 0, wantedPatch = 0] = numbers.split('.').map(Number);
    if (major !== wantedMajor) return operator === '>=' && major > wantedMajor;
    return minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch);
  });
}
