#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { packageJson, refuseOldNode } from './node-version.js';

// Nobody hears what is only said along the way: no reason to leave work undone.
process.stderr.on('error', () => {});
process.stdout.on('error', (error) => {
  // A reader that has seen enough (`| head -1`) is no error; the exit code stays what it is by then.
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`Error: The result can't be written: ${error.code} [RCFED_FILE_UNWRITABLE]\n`);
  process.exit(1);
});

if (!refuseOldNode()) {
  if (process.argv.length === 3 && process.argv[2] === '--version') printVersion();
  else start();
}

/** Without oclif: a third of the time. */
function printVersion() {
  const { platform, arch, versions } = process;
  process.stdout.write(`rcfed/${packageJson.version} ${platform}-${arch} node-v${versions.node}\n`);
}

function start() {
  module.enableCompileCache();
  import('../dist/cli/main.js')
    .then(({ main }) => main(process.argv.slice(2), { root: fileURLToPath(new URL('..', import.meta.url)) }))
    .then(
      // Never process.exit: a pipe with a slow reader still holds most of the output.
      (code) => {
        process.exitCode = code;
      },
      (error) => {
        process.stderr.write(`Error: rcfed can't start: ${error.message} [RCFED_BUG]\n`);
        if (process.env.RCFED_DEBUG === '1') process.stderr.write(`${error.stack}\n`);
        process.exitCode = 70;
      },
    );
}
