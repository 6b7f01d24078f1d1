import { type Check, type Verdict, passes, skips } from '../check.ts';

const WARN_MS = 30_000;
const FAIL_MS = 300_000;

export const clock: Check = {
  id: 'L4',
  group: 'machine',
  title: 'The clocks of this machine and of the workspace agree',
  severity: 'fail',
  fix: 'printed',
  needs: ['L3'],
  why: 'Keys and certificates are valid for a time, two-factor codes for half a minute, and histories are compared by when things happened. Compared with the `Date` of an answer, less half the time it took.',
  async run({ setup, clock: own }) {
    if (setup.profile === undefined) return skips('there is no profile');
    const startedAt = own.now();
    const answer = await setup
      .workspace()
      .then((workspace) => workspace.info())
      .catch(() => undefined);
    if (answer === undefined) return skips('the workspace does not answer');
    const here = startedAt + (own.now() - startedAt) / 2;
    // A `Date` has whole seconds.
    const off = Math.max(0, Math.abs(here - answer.serverTime) - 1000);
    const verdict: Verdict = {
      status: off > FAIL_MS ? 'fail' : 'warn',
      detail: `they differ by ${Math.round(off / 1000)} seconds`,
      cure: { text: 'Let both be set over the network:', commands: ['timedatectl set-ntp true', 'timedatectl'] },
    };
    return off <= WARN_MS ? passes('they do') : verdict;
  },
};
