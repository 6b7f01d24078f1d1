import { type Check, passes } from '../check.ts';
import { firstAnswer, inShort, objectOf } from '../facts/ask-server.ts';
import { objectIn } from '../facts/server-keys.ts';
import { VERSION_PATH } from '../facts/server-software.ts';

export const version: Check = {
  id: 'F1',
  group: 'federation',
  title: 'The server says what it is',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T6', 'K1'],
  why: 'The one path of the federation API that needs no signature. If it does not pass, nothing does.',
  async run(context) {
    const { answer, problem } = await firstAnswer(context, { path: VERSION_PATH });
    const { name, version: number } = objectIn(objectOf(answer)?.['server']);
    if (answer?.status === 200 && typeof name === 'string')
      return passes(typeof number === 'string' ? `${name} ${number}` : name);
    return {
      status: 'fail',
      detail: `GET ${VERSION_PATH}: ${answer === undefined ? (problem ?? '') : inShort(answer)}`,
      affects: ['other servers can not talk to this one'],
      cure: {
        text: 'Pass the whole of /_matrix on to the homeserver:',
        config: { file: 'nginx', lines: ['location /_matrix {', '  proxy_pass http://127.0.0.1:8008;', '}'] },
      },
    };
  },
};
