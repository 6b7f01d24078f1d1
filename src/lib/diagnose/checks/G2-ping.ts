import { RemoteError } from '../../core/remote-error.ts';
import { type Check, passes, skips } from '../check.ts';

const SLOW_MS = 2000;

const CURES: Readonly<Record<string, string>> = {
  M_FORBIDDEN:
    'The as_token or the id differ from what the homeserver has loaded: copy registration.yaml, start the homeserver again.',
  M_UNKNOWN_TOKEN:
    'The homeserver does not know the as_token: name registration.yaml in homeserver.yaml, start the homeserver again.',
  M_URL_NOT_SET:
    'The registration that the homeserver has loaded has no url: copy registration.yaml, start the homeserver again.',
  M_BAD_STATUS: 'Something answers the homeserver that is not this bridge, or the hs_token differs.',
  M_CONNECTION_FAILED:
    'The homeserver does not reach the url of the registration: another network, or a container that means itself by 127.0.0.1.',
  M_CONNECTION_TIMEOUT: 'The homeserver waits in vain for the bridge: a firewall between them.',
};

export const ping: Check = {
  id: 'G2',
  group: 'bridge',
  title: 'The homeserver and the bridge reach each other',
  severity: 'fail',
  fix: 'printed',
  needs: ['G1', 'G3'],
  deadlineMs: 30_000,
  why: 'The homeserver is asked to ping the bridge, over exactly the way that events take: the way there and back, both tokens and the address in the registration are right if it works.',
  async run({ setup, clock }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can ask for it');
    try {
      const { id } = await setup.registration();
      const { durationMs } = await (await setup.homeserver()).ping(id, `diagnose-${clock.now()}`);
      if (durationMs < SLOW_MS) return passes(`in ${durationMs} ms`);
      return {
        status: 'warn',
        detail: `it takes ${durationMs} ms`,
        cure: { text: 'See what is between them, and how busy the homeserver is.' },
      };
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return {
        status: 'fail',
        detail: `the ping fails: ${error.inShort}`,
        affects: ['nothing from Matrix arrives'],
        cure: {
          text: CURES[error.code ?? ''] ?? 'See the log of the homeserver.',
          commands: ['rcfed federation registration show'],
        },
      };
    }
  },
};
