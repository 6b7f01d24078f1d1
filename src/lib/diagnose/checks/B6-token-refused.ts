import { type Check, passes } from '../check.ts';
import { inShort } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';
import { legacySettings } from '../facts/legacy.ts';

export const tokenRefused: Check = {
  id: 'B6',
  group: 'legacy',
  title: 'Its homeserver refuses a wrong token',
  severity: 'fail',
  fix: 'printed',
  needs: ['B4'],
  why: 'A wrong token must be answered with 401. 503 means that the homeserver does not reach its own authentication service; a success, that something else answers.',
  async run(context) {
    const { homeserverUrl } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, {
      path: '/_matrix/client/v3/account/whoami',
      bearer: 'rcfed_no_such_token',
    });
    if (typeof answer !== 'string' && answer.status === 401) return passes('it does');
    const isDown = typeof answer !== 'string' && answer.status === 503;
    return {
      status: 'fail',
      detail: `a wrong token is answered with ${typeof answer === 'string' ? answer : inShort(answer)}`,
      cure: {
        text: isDown
          ? 'The homeserver does not reach its authentication service: see its log.'
          : 'See what answers at that address; it is no homeserver.',
      },
    };
  },
};
