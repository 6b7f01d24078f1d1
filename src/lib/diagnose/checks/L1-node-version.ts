import { type Check, passes } from '../check.ts';

export const nodeVersion: Check = {
  id: 'L1',
  group: 'machine',
  title: 'Node is of a version that rcfed is made for',
  severity: 'fail',
  fix: 'printed',
  why: 'rcfed uses the database and the encryption that come with Node, and older ones lack parts of both. `rcfed` itself refuses to start on them; this check is for programs that call its code.',
  async run({ machine: { node, engines } }) {
    const cure = { text: 'Install a newer one:', commands: ['nvm install 24'] };
    if (satisfies(node, engines)) return passes(`Node ${node.replace(/^v/, '')}`);
    return { status: 'fail', detail: `Node ${node} runs; ${engines} is needed`, cure };
  },
};

/** What package.json's `engines` uses: alternatives of `^a.b.c` and `>=a.b.c`. */
function satisfies(running: string, range: string): boolean {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
  const [major = 0, minor = 0, patch = 0] = numbers(running);
  return range.split('||').some((alternative) => {
    const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = numbers(alternative);
    if (major !== wantedMajor) return alternative.includes('>=') && major > wantedMajor;
    return minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch);
  });
}
