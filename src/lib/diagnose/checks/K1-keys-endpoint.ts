import { type Check, type Cure, type Verdict, passes } from '../check.ts';
import { inShort } from '../facts/ask-server.ts';
import { KEYS_PATH, serverKeysOf } from '../facts/server-keys.ts';

/** What a proxy says that reaches nobody. */
const UNSERVED = new Set([502, 503, 504]);
const DOWN: Cure = {
  text: 'The proxy reaches no homeserver: see whether it runs, and listens where the proxy looks for it:',
  commands: ['systemctl status matrix-synapse', "ss -ltnp 'sport = :8008'"],
};

export const keysEndpoint: Check = {
  id: 'K1',
  group: 'keys',
  title: 'The server publishes its keys',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T6'],
  why: 'Every event and every request between servers is signed. Who can not read the keys takes nothing from the server.',
  async run(context) {
    const published = await serverKeysOf(context);
    return published.map(({ address, answer, document, problem }): Verdict => {
      const type = answer?.headers['content-type'] ?? '';
      if (document !== undefined && /^application\/json\b/i.test(type)) return { ...passes('it does'), address };
      if (document !== undefined)
        return {
          status: 'warn',
          address,
          detail: `its keys are called ${type === '' ? 'nothing' : type}, not application/json`,
          cure: { text: 'Pass the answer on as it is; something between changes its type.' },
        };
      return {
        status: 'fail',
        address,
        detail: `GET ${KEYS_PATH}: ${answer === undefined ? (problem ?? '') : inShort(answer)}`,
        affects: ['other servers believe nothing that it sends'],
        cure: UNSERVED.has(answer?.status ?? 0)
          ? DOWN
          : {
              text: 'Pass the whole of /_matrix on to the homeserver:',
              config: { file: 'nginx', lines: ['location /_matrix {', '  proxy_pass http://127.0.0.1:8008;', '}'] },
            },
      };
    });
  },
};
