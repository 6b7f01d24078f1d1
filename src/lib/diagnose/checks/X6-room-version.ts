import { type Check, type Verdict, passes, skips } from '../check.ts';
import { portalStates } from '../facts/portal-states.ts';

/** What Rocket.Chat's own federation joins; Synapse joins all. */
const NATIVE = { oldest: 3, newest: 11 };

export const roomVersion: Check = {
  id: 'X6',
  group: 'partner',
  title: 'The rooms are of versions that the other server joins',
  severity: 'warn',
  fix: 'printed',
  when: 'partner',
  needs: ['G9'],
  why: "A server joins only rooms of versions that it knows. Rocket.Chat's own federation knows 3 to 11; Synapse makes rooms of version 12 by now.",
  async run(context) {
    const rooms = await portalStates(context);
    if (rooms.length === 0) return skips('no room is federated');
    const odd = rooms.flatMap(({ room, version }): Verdict[] => {
      const number = Number(version);
      if (number >= NATIVE.oldest && number <= NATIVE.newest) return [];
      const cure = {
        text: 'Make rooms that are shared with such workspaces in an older version:',
        commands: ['rcfed rooms create NAME --version 11'],
      };
      return [
        {
          status: 'warn',
          detail: `${room} is of version ${version}, which Rocket.Chat's own federation does not join`,
          cure,
        },
      ];
    });
    return odd.length === 0 ? passes(`all ${rooms.length} are`) : odd;
  },
};
