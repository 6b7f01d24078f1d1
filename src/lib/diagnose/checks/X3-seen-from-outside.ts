import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { objectOf } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';
import { objectIn } from '../facts/server-keys.ts';
import { shellWord } from '../shell-word.ts';

/** Bytes: it tells of each address with all certificates and keys. */
const REPORT_LIMIT = 1024 * 1024;
const TESTER = 'https://federationtester.matrix.org';

export const seenFromOutside: Check = {
  id: 'X3',
  group: 'partner',
  title: 'A tester on the internet finds it in order',
  severity: 'fail',
  fix: 'printed',
  when: 'external',
  about: 'name',
  needs: ['D3'],
  deadlineMs: 60_000,
  why: 'What works from inside a network may not from outside. The tester learns the server name; one of your own is named by `FEDERATION_TESTER_HOST`, as for Rocket.Chat.',
  async run(context) {
    const { name } = subjectOf(context);
    const tester = context.env['FEDERATION_TESTER_HOST'] ?? TESTER;
    const answer = await askUrl(context, tester, {
      path: `/api/report?server_name=${encodeURIComponent(name)}`,
      // It tries every address of the name meanwhile.
      patienceMs: 50_000,
      limit: REPORT_LIMIT,
    });
    if (typeof answer === 'string') return skips(`${tester} does not answer: ${answer}`);
    const report = objectOf(answer);
    if (typeof report?.['FederationOK'] !== 'boolean') return skips(`${tester} gives no report`);
    // A server in disorder is reported with 200 as well.
    if (report['FederationOK']) return passes(`${tester} says so`);
    return {
      status: 'fail',
      detail: `${tester} finds ${name} in disorder`,
      evidence: failing(report),
      cure: {
        text: 'See its report:',
        commands: [`curl ${shellWord(`${tester.replace(/\/$/, '')}/api/report?server_name=${name}`)}`],
      },
    };
  },
};

/** What of a report failed: errors of connections, and checks that are false. */
function failing(report: Readonly<Record<string, unknown>>): string[] {
  const entries = (value: unknown): [string, unknown][] =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const errors = entries(report['ConnectionErrors']).map(
    ([address, error]) => `${address}: ${JSON.stringify(error).slice(0, 200)}`,
  );
  const checks = entries(report['ConnectionReports']).flatMap(([address, one]) => {
    const wrong = entries(objectIn(one)['Checks'])
      .filter(([, ok]) => ok === false)
      .map(([check]) => check);
    return wrong.length === 0 ? [] : [`${address}: ${wrong.join(', ')}`];
  });
  return [...errors, ...checks].slice(0, 10);
}
