import { type Check, passes } from '../check.ts';
import { inShort, objectOf } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';
import { legacySettings } from '../facts/legacy.ts';

export const legacyHomeserver: Check = {
  id: 'B4',
  group: 'legacy',
  title: 'Its homeserver answers',
  severity: 'fail',
  fix: 'printed',
  needs: ['B13'],
  why: '`Federation_Matrix_homeserver_url` is the address as Rocket.Chat sees it, often a container name. Seen from here it may be another; then look from where Rocket.Chat runs.',
  async run(context) {
    const { homeserverUrl } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, { path: '/_matrix/client/versions' });
    if (typeof answer !== 'string' && answer.status === 200 && Array.isArray(objectOf(answer)?.['versions']))
      return passes(homeserverUrl);
    return {
      status: 'fail',
      detail: `${homeserverUrl}: ${typeof answer === 'string' ? answer : inShort(answer)}`,
      cure: {
        text: 'Ask it from where Rocket.Chat runs:',
        commands: [`curl ${homeserverUrl}/_matrix/client/versions`],
      },
    };
  },
};
