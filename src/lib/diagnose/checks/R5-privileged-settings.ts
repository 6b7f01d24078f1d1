import { RemoteError } from '../../core/remote-error.ts';
import { type Check, passes, skips } from '../check.ts';

export const privilegedSettings: Check = {
  id: 'R5',
  group: 'workspace',
  title: 'The account may see the settings',
  severity: 'fail',
  fix: 'printed',
  needs: ['R4'],
  why: 'Reading a setting that is not public needs `view-privileged-setting`, which admins have. Without it half of these checks can not look.',
  async run({ setup }) {
    if (setup.profile === undefined) return skips('there is no profile');
    if (setup.admin === undefined) return skips('only the account of a bridge needs it');
    try {
      await (await setup.workspace()).setting('API_Upper_Count_Limit');
      return passes('it may');
    } catch (error) {
      if (!(error instanceof RemoteError) || error.failure !== 'refused') throw error;
      return {
        status: 'fail',
        detail: `it may not: ${error.inShort}`,
        cure: { text: 'Give the bot the role admin, as provisioning does:', commands: ['rcfed federation provision'] },
      };
    }
  },
};
