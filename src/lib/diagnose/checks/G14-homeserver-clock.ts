import { type Check, passes, skips } from '../check.ts';
import { askUrl } from '../facts/ask-url.ts';

const WARN_MS = 30_000;
const FAIL_MS = 300_000;

export const homeserverClock: Check = {
  id: 'G14',
  group: 'bridge',
  title: "The homeserver's clock agrees with that of this machine",
  severity: 'fail',
  fix: 'printed',
  needs: ['G3'],
  why: 'Times of messages come from the homeserver, edits are put in order by them, and keys are valid for a time.',
  async run(context) {
    const { admin } = context.setup;
    if (admin === undefined) return skips('only the admin of a bridge can see it');
    const answer = await askUrl(context, admin.homeserver.url, { path: '/_matrix/client/versions' });
    const date = typeof answer === 'string' ? Number.NaN : Date.parse(answer.headers['date'] ?? '');
    if (Number.isNaN(date)) return skips('its answers have no date');
    // A `Date` has whole seconds.
    const off = Math.max(0, Math.abs(context.clock.now() - date) - 1000);
    if (off <= WARN_MS) return passes('it does');
    return {
      status: off > FAIL_MS ? 'fail' : 'warn',
      detail: `they differ by ${Math.round(off / 1000)} seconds`,
      cure: { text: 'Let both be set over the network:', commands: ['timedatectl set-ntp true'] },
    };
  },
};
