import { type Check, passes, skips } from '../check.ts';

export const siteUrl: Check = {
  id: 'R2',
  group: 'workspace',
  title: 'The workspace knows its own address',
  severity: 'fail',
  fix: 'printed',
  needs: ['R1'],
  why: '`Site_Url` stands in every permalink. Quotes are told by it, so with a wrong one replies arrive as links; with plain http browsers refuse half of what they should show.',
  async run({ setup }) {
    if (setup.profile === undefined) return skips('there is no profile');
    const own = (await (await setup.workspace()).publicSettings(['Site_Url'])).get('Site_Url');
    const { url } = setup.profile.workspace;
    const cure = {
      text: 'Start Rocket.Chat with its public address:',
      config: { file: 'environment of Rocket.Chat', lines: ['ROOT_URL=https://chat.example.org'] },
    };
    if (typeof own !== 'string' || !URL.canParse(own))
      return { status: 'fail', detail: `Site_Url is ${JSON.stringify(own)}`, cure };
    const { protocol, hostname, host } = new URL(own);
    const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    if (protocol !== 'https:' && !isHere) return { status: 'fail', detail: `Site_Url is ${own}, without https`, cure };
    if (host === new URL(url).host) return passes(own);
    return {
      status: 'warn',
      detail: `Site_Url is ${own}, the profile says ${url}`,
      evidence: ['An address inside the network for the bridge, and the public one for people, is fine.'],
      cure,
    };
  },
};
