import { type Check, passes } from '../check.ts';
import { legacySettings } from '../facts/legacy.ts';

const SHORTEST = 32;

export const legacyTokens: Check = {
  id: 'B2',
  group: 'legacy',
  title: 'Its two tokens are there, long, and not the same',
  severity: 'fail',
  fix: 'printed',
  needs: ['B13'],
  why: 'Whoever has the `as_token` is everybody on the homeserver; whoever has the `hs_token` can send anything to the workspace.',
  async run(context) {
    const { asToken, hsToken } = await legacySettings(context);
    const wrong = [
      ...(asToken === '' || hsToken === '' ? ['one is empty'] : []),
      ...(asToken !== '' && asToken === hsToken ? ['they are the same'] : []),
      ...([asToken, hsToken].some((token) => token !== '' && token.length < SHORTEST)
        ? [`one is shorter than ${SHORTEST} characters`]
        : []),
    ];
    if (wrong.length === 0) return passes('they are');
    return {
      status: 'fail',
      detail: wrong.join('; '),
      cure: {
        text: 'Make new ones, and write them into both sides:',
        commands: ['openssl rand -hex 32', 'openssl rand -hex 32'],
      },
    };
  },
};
