import { type Check, passes, skips } from '../check.ts';
import { delegationOf } from '../facts/delegation.ts';
import { VERSION_PATH } from '../facts/server-software.ts';

const SLOW_MS = 2000;
const VERY_SLOW_MS = 10_000;
const TIMES = 3;
const PATIENCE_MS = 12_000;

export const latency: Check = {
  id: 'F6',
  group: 'federation',
  title: 'The server answers within two seconds',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['F1'],
  deadlineMs: 40_000,
  why: 'The median of three requests, with connection and handshake. A server that is slow with this is busy with something: usually large rooms, or a database on the wrong disk.',
  async run(context) {
    const { addresses, port, certifiedHost: host, hostHeader } = await delegationOf(context);
    const [first] = addresses;
    if (first === undefined) return skips('there is no address to ask');
    const times: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      times.push(
        (
          await context.probe.ask({
            address: first.address,
            port,
            host,
            hostHeader,
            path: VERSION_PATH,
            patienceMs: PATIENCE_MS,
          })
        ).durationMs,
      );
    }
    const median = times.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
    if (median < SLOW_MS) return passes(`${Math.round(median)} ms`);
    return {
      status: 'warn',
      detail: `it takes ${Math.round(median / 100) / 10} seconds${median >= VERY_SLOW_MS ? ', and others give up' : ''}`,
      cure: { text: 'See what the homeserver is busy with: its log, its database, the memory of the machine.' },
    };
  },
};
