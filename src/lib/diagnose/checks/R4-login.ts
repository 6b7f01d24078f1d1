import { RemoteError } from '../../core/remote-error.ts';
import { type Check, passes, skips } from '../check.ts';

export const login: Check = {
  id: 'R4',
  group: 'workspace',
  title: 'The account of the profile is logged in',
  severity: 'fail',
  fix: 'printed',
  needs: ['R1'],
  why: 'Tokens end when somebody revokes them, changes the password or deactivates the account. A token that was made without "ignore two factor" is asked for a second factor by half of the requests.',
  async run({ setup }) {
    if (setup.profile === undefined) return skips('there is no profile');
    try {
      const { username, roles } = await (await setup.workspace()).me();
      return passes(`${username} (${roles.join(', ')})`);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const isFactor = error.code === 'totp-required';
      if (!isFactor && error.status !== 401 && error.status !== 403)
        return {
          status: 'fail',
          detail: `the workspace does not answer: ${error.inShort}`,
          cure: { text: 'See how busy it is, and look again.', commands: ['rcfed federation diagnose --only R4'] },
        };
      return {
        status: 'fail',
        detail: isFactor
          ? 'the workspace asks for a second factor'
          : `the workspace refuses the token: ${error.inShort}`,
        affects: ['nothing works without it'],
        cure: {
          text: isFactor ? 'Make a token that ignores two-factor authentication:' : 'Make a new token:',
          commands: ['rcfed federation provision', 'rcfed profile add --replace --workspace-token-file FILE'],
        },
      };
    }
  },
};
