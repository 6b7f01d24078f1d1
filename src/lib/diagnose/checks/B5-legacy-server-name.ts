import { type Check, passes, skips } from '../check.ts';
import { objectOf } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';
import { legacySettings } from '../facts/legacy.ts';
import { KEYS_PATH } from '../facts/server-keys.ts';

export const legacyServerName: Check = {
  id: 'B5',
  group: 'legacy',
  title: 'Its domain is the name of its homeserver',
  severity: 'fail',
  fix: 'printed',
  needs: ['B4'],
  why: 'The default of `Federation_Matrix_homeserver_domain` is the whole address of the workspace, which is never the name of a homeserver.',
  async run(context) {
    const { homeserverUrl, domain } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, { path: KEYS_PATH });
    const name = typeof answer === 'string' ? undefined : objectOf(answer)?.['server_name'];
    if (typeof name !== 'string') return skips('the homeserver does not publish its keys there');
    if (name === domain) return passes(domain);
    return {
      status: 'fail',
      detail: `Federation_Matrix_homeserver_domain is ${domain}, the homeserver calls itself ${name}`,
      cure: {
        text: "Set it to the homeserver's server_name, which can not be changed:",
        config: { file: 'Administration, Settings, Federation', lines: [`Homeserver Domain: ${name}`] },
      },
    };
  },
};
