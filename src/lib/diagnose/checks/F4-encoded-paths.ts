import { type Check, passes } from '../check.ts';
import { subjectOf } from '../context.ts';
import { firstAnswer, inShort, objectOf } from '../facts/ask-server.ts';

export const encodedPaths: Check = {
  id: 'F4',
  group: 'federation',
  title: 'Paths pass as they are written',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['F2'],
  why: 'Ids hold `!`, `:` and sometimes `/`, encoded. A proxy that decodes them on the way, as nginx does when `proxy_pass` ends with a slash, breaks the signature or leads elsewhere. What works in one room then fails in the next.',
  async run(context) {
    const room = encodeURIComponent(`!rcfed/probe:${subjectOf(context).name}`);
    const { answer, problem } = await firstAnswer(context, {
      path: `/_matrix/federation/v1/state_ids/${room}?event_id=%24x`,
    });
    const code = objectOf(answer)?.['errcode'];
    if ((answer?.status === 401 || answer?.status === 403) && typeof code === 'string') return passes('they do');
    return {
      status: 'fail',
      detail: `a path with %2F in it is answered with ${answer === undefined ? (problem ?? '') : inShort(answer)}: something on the way decodes it`,
      affects: ['some rooms and events can not be fetched by other servers'],
      cure: {
        text: 'Write nothing, not even a slash, behind the port:',
        config: {
          file: 'nginx',
          lines: ['proxy_pass http://127.0.0.1:8008;', '# Apache: ProxyPass … nocanon, AllowEncodedSlashes NoDecode'],
        },
      },
    };
  },
};
