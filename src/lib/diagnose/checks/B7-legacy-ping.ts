import { type Check, type Verdict, passes } from '../check.ts';
import { objectOf } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';
import { legacySettings } from '../facts/legacy.ts';
import type { WebAnswer } from '../probe/probe.ts';

const SLOW_MS = 2000;

export const legacyPing: Check = {
  id: 'B7',
  group: 'legacy',
  title: 'Its homeserver reaches it',
  severity: 'fail',
  fix: 'printed',
  needs: ['B6'],
  deadlineMs: 70_000,
  why: 'The homeserver is asked to ping the application service, over exactly the way that events take. Its answer says which of the two directions, which token or which address is wrong.',
  async run(context) {
    const { homeserverUrl, id, asToken } = await legacySettings(context);
    const path = `/_matrix/client/v1/appservice/${encodeURIComponent(id)}/ping`;
    const answer = await askUrl(context, homeserverUrl, {
      method: 'POST',
      path,
      bearer: asToken,
      body: '{}',
      // Synapse itself waits for a minute.
      patienceMs: 65_000,
    });
    if (typeof answer === 'string') return { status: 'fail', detail: answer, cure: { text: 'See B4.' } };
    return pingVerdict(answer);
  },
};

const CURES: Readonly<Record<string, string>> = {
  M_FORBIDDEN: 'as_token or id differ from registration.yaml: copy the registration, start the homeserver again.',
  M_UNKNOWN_TOKEN: 'The as_token is not that of registration.yaml: copy the registration, start the homeserver again.',
  M_URL_NOT_SET: 'registration.yaml has no url: write where the homeserver reaches the bridge.',
  M_UNRECOGNIZED: 'Synapse is older than 1.84: update it.',
  M_BAD_STATUS: 'The bridge refuses the homeserver: hs_token differs, or see B9.',
  M_CONNECTION_FAILED:
    'The homeserver does not reach the url of registration.yaml: another network, or port 3300 is not published.',
  M_CONNECTION_TIMEOUT: 'The homeserver waits in vain for the bridge: a firewall between them.',
};

/** https://spec.matrix.org/v1.17/application-service-api/#post_matrixclientv1appserviceappserviceidping */
function pingVerdict(answer: WebAnswer): Verdict {
  const { errcode, error, duration_ms: took } = objectOf(answer) ?? {};
  if (answer.status === 200) {
    if (typeof took !== 'number' || took < SLOW_MS) return passes(`in ${String(took)} ms`);
    return { status: 'warn', detail: `it takes ${took} ms`, cure: { text: 'See what the bridge is busy with.' } };
  }
  const code = typeof errcode === 'string' ? errcode : String(answer.status);
  return {
    status: 'fail',
    detail: `the homeserver's ping fails with ${code}`,
    evidence: typeof error === 'string' ? [error] : [],
    affects: ['nothing from Matrix arrives'],
    cure: { text: CURES[code] ?? 'See the log of the homeserver.' },
  };
}
