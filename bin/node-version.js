// Plain JavaScript that a Node from years ago can parse: it must get as far as saying that it is too old.
import { readFileSync } from 'node:fs';

/** The package's own description: version and engines. */
export const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Says in one line what to do and sets exit code 3, if this Node can't run rcfed. */
export function refuseOldNode() {
  const running = process.versions.node;
  const wanted = packageJson.engines.node;
  if (satisfies(running, wanted)) return false;
  process.stderr.write(
    `Error: Node ${running} can't run rcfed, which needs ${wanted}; install one from https://nodejs.org or with: nvm install 24 [RCFED_NODE_TOO_OLD]\n`,
  );
  process.exitCode = 3;
  return true;
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
