import { type Check, type Verdict, passes } from '../check.ts';
import { serverKeysOf } from '../facts/server-keys.ts';

const HOUR_MS = 60 * 60 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;

export const keysValid: Check = {
  id: 'K3',
  group: 'keys',
  title: 'The keys are valid for an hour more',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['K1'],
  why: '`valid_until_ts` lies in the past when a clock is wrong or a cache between gives old answers. Readers count a week at most, whatever it says.',
  async run(context) {
    const now = context.clock.now();
    const published = await serverKeysOf(context);
    return published.flatMap(({ address, document }): Verdict[] => {
      if (document === undefined) return [];
      const until = document['valid_until_ts'];
      const cure = { text: 'Compare the clocks, and keep caches away from /_matrix:', commands: ['timedatectl'] };
      // What is no time at all has no date that could be told.
      if (typeof until !== 'number' || Number.isNaN(new Date(until).getTime()))
        return [{ status: 'fail', address, detail: 'it does not say until when', cure }];
      const left = until - now;
      if (left <= 0)
        return [{ status: 'fail', address, detail: `they were valid until ${new Date(until).toISOString()}`, cure }];
      if (left < HOUR_MS)
        return [
          { status: 'warn', address, detail: `they are valid for ${Math.round(left / 60_000)} minutes more`, cure },
        ];
      const more = left > WEEK_MS ? 'more than a week; others count a week' : `${Math.round(left / HOUR_MS)} hours`;
      return [{ ...passes(`they are valid for ${more}`), address }];
    });
  },
};
