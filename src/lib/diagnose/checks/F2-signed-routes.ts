import { type Check, passes } from '../check.ts';
import { subjectOf } from '../context.ts';
import { firstAnswer, inShort, objectOf } from '../facts/ask-server.ts';

/** Somebody who need not exist: it is asked without a signature. */
const profilePath = (name: string): string =>
  `/_matrix/federation/v1/query/profile?user_id=${encodeURIComponent(`@rcfed:${name}`)}`;

export const signedRoutes: Check = {
  id: 'F2',
  group: 'federation',
  title: 'Routes that need a signature reach the homeserver',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['F1'],
  why: 'Asked without a signature, a homeserver answers 401 with a code of Matrix. Another answer comes from a proxy that passes only some of the paths on, and anything but a refusal from something that is no homeserver.',
  async run(context) {
    const { answer, problem } = await firstAnswer(context, { path: profilePath(subjectOf(context).name) });
    const code = objectOf(answer)?.['errcode'];
    if ((answer?.status === 401 || answer?.status === 403) && typeof code === 'string')
      return passes(`it refuses what is not signed (${code})`);
    return {
      status: 'fail',
      detail: `asked without a signature, it answers ${answer === undefined ? (problem ?? '') : inShort(answer)} instead of 401`,
      affects: ['invitations and joins between servers fail'],
      cure: {
        text: 'Pass every path below /_matrix on, not a list of some:',
        config: { file: 'nginx', lines: ['location /_matrix {', '  proxy_pass http://127.0.0.1:8008;', '}'] },
      },
    };
  },
};
