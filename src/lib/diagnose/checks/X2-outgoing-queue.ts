import { type Check, passes, skips } from '../check.ts';
import { partnerOf } from '../context.ts';
import { inShort, objectOf } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';

export const outgoingQueue: Check = {
  id: 'X2',
  group: 'partner',
  title: 'Our homeserver has nothing against the other one',
  severity: 'fail',
  fix: 'automatic',
  when: 'partner',
  why: 'After a failure Synapse waits before it tries again, hours in the end, and goes on waiting when the cause is long mended. It says so to a server administrator; the profile needs `--homeserver-admin-token-file`. An error may show twenty minutes late.',
  async run(context) {
    const { admin } = context.setup;
    const token = admin?.homeserver.adminToken;
    if (admin === undefined || token === undefined) return skips('the profile has no token of a server administrator');
    const name = partnerOf(context);
    const path = `/_synapse/admin/v1/federation/destinations/${encodeURIComponent(name)}`;
    const answer = await askUrl(context, admin.homeserver.url, { path, bearer: token.reveal() });
    if (typeof answer === 'string') return skips(answer);
    // Without the code it is a proxy that answers, or a homeserver of another kind.
    if (answer.status === 404 && objectOf(answer)?.['errcode'] === 'M_NOT_FOUND')
      return passes(`it never had to do with ${name}`);
    const { failure_ts: failedAt, retry_interval: wait } = objectOf(answer) ?? {};
    if (answer.status !== 200) return skips(`it does not say: ${inShort(answer)}`);
    if (typeof failedAt !== 'number' || failedAt === 0) return passes(`it reaches ${name}`);
    const shown = `POST ${path}/reset_connection`;
    return {
      status: 'fail',
      detail: `it has not reached ${name} since ${new Date(failedAt).toISOString()}, and waits ${Math.round(Number(wait ?? 0) / 60_000)} minutes before each try`,
      affects: [`nothing goes to ${name} meanwhile`],
      cure: {
        text: 'Once the cause is mended, let it try at once:',
        commands: [`rcfed federation diagnose --with ${name} --only X2 --fix`],
        repair: {
          shown,
          run: async () => {
            const again = {
              method: 'POST',
              path: `${path}/reset_connection`,
              bearer: token.reveal(),
              body: '{}',
            } as const;
            const done = await askUrl(context, admin.homeserver.url, again);
            if (typeof done === 'string' || done.status !== 200)
              throw new Error(typeof done === 'string' ? done : inShort(done));
          },
        },
      },
    };
  },
};
