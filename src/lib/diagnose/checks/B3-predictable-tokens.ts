import { type Check, passes } from '../check.ts';
import { legacySettings, predictableToken } from '../facts/legacy.ts';

export const predictableTokens: Check = {
  id: 'B3',
  group: 'legacy',
  title: 'Its tokens can not be guessed',
  severity: 'fail',
  fix: 'printed',
  needs: ['B2'],
  why: 'Unless changed they are the SHA-256 of `as_` and `hs_` with the `uniqueID` of the workspace, which everybody may read without logging in: anybody can act as every user of the homeserver.',
  async run(context) {
    const { asToken, hsToken, uniqueId } = await legacySettings(context);
    const guessed = [
      ...(asToken === predictableToken('as', uniqueId) ? ['as_token'] : []),
      ...(hsToken === predictableToken('hs', uniqueId) ? ['hs_token'] : []),
    ];
    if (guessed.length === 0) return passes('they are random');
    return {
      status: 'fail',
      detail: `anybody can work out the ${guessed.join(' and the ')} from public data`,
      affects: ['anybody can act as every user of the homeserver'],
      cure: {
        text: 'Make new ones, write them into Rocket.Chat and registration.yaml, and start both again:',
        commands: ['openssl rand -hex 32', 'openssl rand -hex 32'],
      },
    };
  },
};
