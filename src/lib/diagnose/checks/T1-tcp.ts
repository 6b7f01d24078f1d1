import { type Check, type Verdict, passes } from '../check.ts';
import { namesProxy } from '../../network/proxy-choice.ts';
import { attemptsOf } from '../facts/handshakes.ts';

export const tcp: Check = {
  id: 'T1',
  group: 'transport',
  title: 'Each address takes connections',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D9', 'D10'],
  deadlineMs: 25_000,
  why: 'A firewall, a port that nobody listens at, a forgotten address in the DNS: other servers see time-outs, and wait longer before each further try.',
  async run(context) {
    const attempts = await attemptsOf(context);
    // Homeservers take no proxy, and these connections take none either.
    const isBlind = namesProxy(context.env) && attempts.every(({ problem }) => problem?.step === 'tcp');
    return attempts.map(({ target: { address, port }, problem }): Verdict => {
      if (problem?.step !== 'tcp') return { ...passes(`${address} port ${port} is open`), address };
      if (isBlind)
        return {
          status: 'warn',
          address,
          detail: `${problem.message}; a proxy is set, so that may be so from this machine alone`,
          cure: { text: 'Look from a machine that reaches others without a proxy.' },
        };
      return {
        status: 'fail',
        address,
        detail: problem.message,
        affects: ['other servers can not connect'],
        cure: { text: 'Open the port in the firewall and listen there:', commands: [`ss -ltn 'sport = :${port}'`] },
      };
    });
  },
};
