import { type Check, passes } from '../check.ts';
import { isBareHost } from '../../rocketchat/native-domain.ts';
import { settingOf } from '../facts/workspace-settings.ts';

export const nativeDomain: Check = {
  id: 'N2',
  group: 'native',
  title: 'Its domain is a bare host name',
  severity: 'fail',
  fix: 'printed',
  needs: ['N1'],
  why: 'Rocket.Chat takes a domain only if it is what a browser makes of it: no scheme, no path, no port, small letters. Otherwise its federation does not start, and says so in the log alone.',
  async run(context) {
    const domain = await settingOf(context, 'Federation_Service_Domain');
    if (typeof domain === 'string' && isBareHost(domain)) return passes(domain);
    return {
      status: 'fail',
      detail:
        domain === '' ? 'Federation_Service_Domain is empty' : `Federation_Service_Domain is ${JSON.stringify(domain)}`,
      affects: ['federation does not start'],
      cure: {
        text: 'Set it once and for all; it stands in every id:',
        config: { file: 'Administration, Settings, Federation', lines: ['Federated Domain: example.org'] },
      },
    };
  },
};
