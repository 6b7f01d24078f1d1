import { type Check, type Verdict, passes, skips } from '../check.ts';

const WARN_MS = 2 * 60_000;
const FAIL_MS = 15 * 60_000;

export const waiting: Check = {
  id: 'G5',
  group: 'bridge',
  title: 'Nothing waits for long',
  severity: 'fail',
  fix: 'printed',
  needs: ['G1'],
  why: 'Events wait while a server does not answer, and while the bridge makes sure that it missed none. Nothing is lost meanwhile; after a quarter of an hour somebody should look.',
  async run({ setup, clock }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const { service } = await setup.bridge();
    const status = await service.status();
    const late = status.waiting.flatMap(({ room, events, since }): Verdict[] => {
      const ms = clock.now() - Date.parse(since);
      if (ms < WARN_MS) return [];
      const reasons = [status.workspace?.waitingFor, status.homeserver?.waitingFor].filter(
        (reason) => reason !== undefined,
      );
      return [
        {
          status: ms < FAIL_MS ? 'warn' : 'fail',
          detail: `${events} events in ${room} wait since ${since}`,
          evidence: reasons,
          cure: { text: 'See what is waited for:', commands: ['rcfed federation status', 'rcfed rooms list'] },
        },
      ];
    });
    return late.length === 0 ? passes('everything is carried over at once') : late;
  },
};
