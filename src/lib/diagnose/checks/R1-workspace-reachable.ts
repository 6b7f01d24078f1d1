import { RemoteError } from '../../core/remote-error.ts';
import { type Check, passes, skips } from '../check.ts';

export const workspaceReachable: Check = {
  id: 'R1',
  group: 'workspace',
  title: 'The workspace answers',
  severity: 'fail',
  fix: 'printed',
  why: 'Everything begins with `GET /api/info`. A proxy that answers instead of Rocket.Chat, a wrong `ROOT_URL` or a certificate that is not trusted here all show at this point.',
  async run({ setup }) {
    if (setup.profile === undefined) return skips('no profile names a workspace');
    const { url } = setup.profile.workspace;
    try {
      const { version } = await (await setup.workspace()).info();
      return passes(`${url} runs Rocket.Chat ${version}`);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return {
        status: 'fail',
        detail: `${url} does not answer as a Rocket.Chat workspace does`,
        evidence: [error.message],
        cure: {
          text: 'Ask it from this machine, and compare the address with that of the profile:',
          commands: [`curl -i ${url}/api/info`, 'rcfed profile show'],
        },
      };
    }
  },
};
