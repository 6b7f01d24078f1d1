import { type Check, type Verdict, passes, skips } from '../check.ts';
import { partnerOf } from '../context.ts';
import { portalStates } from '../facts/portal-states.ts';
import { softwareOf } from '../facts/server-software.ts';

/** What Rocket.Chat's own federation joins; other homeservers join all. */
const NATIVE = { oldest: 3, newest: 11 };

export const roomVersion: Check = {
  id: 'X6',
  group: 'partner',
  title: 'The rooms are of versions that the other server joins',
  severity: 'warn',
  fix: 'printed',
  when: 'partner',
  needs: ['G9'],
  why: "A server joins only rooms of versions that it knows. Rocket.Chat's own federation knows 3 to 11, and is told by giving its server name as that of its software; Synapse makes rooms of version 12 by now.",
  async run(context) {
    const rooms = await portalStates(context);
    if (rooms.length === 0) return skips('no room is federated');
    const name = partnerOf(context);
    const software = await softwareOf(context, { name, role: 'partner' });
    if (software === undefined) return skips(`${name} does not say what it runs`);
    if (software !== name) return passes(`${name} runs ${software}, which joins all that are in use`);
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
          detail: `${room} is of version ${version}, which Rocket.Chat's own federation on ${name} does not join`,
          cure,
        },
      ];
    });
    return odd.length === 0 ? passes(`all ${rooms.length} are`) : odd;
  },
};
