import { type Check, passes } from '../check.ts';
import { firstAnswer, inShort } from '../facts/ask-server.ts';

const BYTES = 2 * 1024 * 1024;

export const bodySize: Check = {
  id: 'F5',
  group: 'federation',
  title: 'The proxy takes large transactions',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  when: 'deep',
  needs: ['F2'],
  deadlineMs: 30_000,
  why: 'Servers send up to 50 events in one body. nginx takes 1 MiB unless told otherwise and answers 413, and the other server tries the same for ever.',
  async run(context) {
    const body = JSON.stringify({ origin: 'rcfed.invalid', origin_server_ts: 0, pdus: [], pad: 'x'.repeat(BYTES) });
    const question = { method: 'PUT', path: '/_matrix/federation/v1/send/rcfed', body, patienceMs: 20_000 } as const;
    const { answer, problem } = await firstAnswer(context, {
      ...question,
      headers: { 'Content-Type': 'application/json' },
    });
    if (answer !== undefined && answer.status !== 413 && answer.status < 500)
      return passes(`2 MiB pass (${inShort(answer)})`);
    return {
      status: 'warn',
      detail: `2 MiB are answered with ${answer === undefined ? (problem ?? '') : inShort(answer)}`,
      cure: { text: 'Take more:', config: { file: 'nginx', lines: ['client_max_body_size 50M;'] } },
    };
  },
};
