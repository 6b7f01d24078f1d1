import { type Check, passes, skips } from '../check.ts';
import { healthOf } from '../facts/bridge-health.ts';

export const puppets: Check = {
  id: 'G10',
  group: 'bridge',
  title: 'The accounts of people from Matrix are logged in',
  severity: 'warn',
  fix: 'printed',
  needs: ['G1', 'R4'],
  deadlineMs: 60_000,
  why: 'The bridge logs an account in again by itself when it is next needed. Many at once mean that somebody revoked tokens, or that a rule of the workspace locks such accounts.',
  async run(context) {
    if (context.setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const { tried, refused } = (await healthOf(context)).puppets;
    if (tried === 0) return skips('there are none yet');
    if (refused.length === 0) return passes(`${tried} were tried`);
    return {
      status: 'warn',
      detail: `${refused.length} of ${tried} are not: ${refused.slice(0, 5).join(', ')}`,
      cure: {
        text: 'They are logged in again when they next speak. If that fails, look whether they are deactivated in Administration, Users.',
      },
    };
  },
};
