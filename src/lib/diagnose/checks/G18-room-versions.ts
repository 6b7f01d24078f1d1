import { type Check, type Verdict, passes, skips } from '../check.ts';
import { portalStates } from '../facts/portal-states.ts';

export const roomVersions: Check = {
  id: 'G18',
  group: 'bridge',
  title: 'The homeserver knows the versions of all rooms',
  severity: 'warn',
  fix: 'printed',
  needs: ['G9'],
  why: 'A homeserver that was set back to an older version does not understand rooms that were made since.',
  async run(context) {
    const rooms = await portalStates(context);
    const { known } = await (await context.setup.homeserver()).roomVersions();
    if (rooms.length === 0 || known.length === 0) return skips('no room is federated');
    const odd = rooms.flatMap(({ room, version, isMember }): Verdict[] => {
      if (!isMember || known.includes(version)) return [];
      return [
        {
          status: 'warn',
          detail: `${room} is of version ${version}; the homeserver knows ${known.join(', ')}`,
          cure: { text: 'Update the homeserver.' },
        },
      ];
    });
    return odd.length === 0 ? passes([...new Set(rooms.map(({ version }) => version))].join(', ')) : odd;
  },
};
