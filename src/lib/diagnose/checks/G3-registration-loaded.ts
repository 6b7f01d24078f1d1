import { RemoteError } from '../../core/remote-error.ts';
import { type Check, passes, skips } from '../check.ts';

export const registrationLoaded: Check = {
  id: 'G3',
  group: 'bridge',
  title: 'The homeserver has loaded the registration that is here',
  severity: 'fail',
  fix: 'printed',
  needs: ['L3'],
  why: 'A homeserver reads registration.yaml at its start alone. After a change, or a rotation of the tokens, it knows the old one until it is started again.',
  async run({ setup }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const { url } = setup.admin.homeserver;
    try {
      const homeserver = await setup.homeserver();
      const { userId } = await homeserver.whoami();
      if (userId === homeserver.userId) return passes(`it knows ${userId}`);
      return {
        status: 'fail',
        detail: `it takes the as_token for that of ${userId}, not ${homeserver.userId}`,
        cure: {
          text: 'Copy registration.yaml to the homeserver and start it again:',
          commands: ['rcfed federation registration write DIR'],
        },
      };
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const isToken = error.status === 401 || error.status === 403;
      return {
        status: 'fail',
        detail: isToken ? `${url} does not know the as_token` : `${url} does not answer: ${error.inShort}`,
        affects: ['nothing goes to Matrix'],
        cure: isToken
          ? {
              text: 'Name the registration in homeserver.yaml and start the homeserver again:',
              config: {
                file: 'homeserver.yaml',
                lines: ['app_service_config_files:', '  - /etc/matrix-synapse/registration.yaml'],
              },
            }
          : { text: 'Ask it from this machine:', commands: [`curl ${url}/_matrix/client/versions`] },
      };
    }
  },
};
