import { type Check, passes } from '../check.ts';
import { firstAnswer, inShort, objectOf } from '../facts/ask-server.ts';

export const unknownRoutes: Check = {
  id: 'F3',
  group: 'federation',
  title: 'Unknown routes are answered in the language of Matrix',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['F2'],
  why: 'Servers try what is new and take `M_UNRECOGNIZED` for "not here". An error page of a proxy instead makes them try again and again.',
  async run(context) {
    const { answer, problem } = await firstAnswer(context, { path: '/_matrix/federation/v1/rcfed_no_such_route' });
    const code = objectOf(answer)?.['errcode'];
    if (typeof code === 'string') return passes(`${answer?.status ?? ''} ${code}`.trim());
    return {
      status: 'warn',
      detail: `it answers ${answer === undefined ? (problem ?? '') : inShort(answer)}, not M_UNRECOGNIZED`,
      cure: {
        text: 'Do not replace answers of the homeserver:',
        config: { file: 'nginx', lines: ['proxy_intercept_errors off;'] },
      },
    };
  },
};
