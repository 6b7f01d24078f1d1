import { type Check, type Verdict, passes, skips } from '../check.ts';
import { healthOf } from '../facts/bridge-health.ts';
import { portalStates } from '../facts/portal-states.ts';

export const oneBridge: Check = {
  id: 'G16',
  group: 'bridge',
  title: 'No room is served by two bridges of this workspace',
  severity: 'fail',
  fix: 'printed',
  needs: ['G9'],
  why: 'Two bridges of one workspace in one room carry everything twice. A bridge that was restored from a backup and its original are such two.',
  async run(context) {
    const rooms = await portalStates(context);
    const { bridgeId, workspaceId } = await healthOf(context);
    const twice = rooms.flatMap(({ room, claims }): Verdict[] => {
      const other = claims.get(workspaceId);
      if (other === undefined || other === bridgeId) return [];
      return [
        {
          status: 'fail',
          detail: `${room} is claimed by another bridge of this workspace (${other})`,
          cure: {
            text: 'Stop the other bridge, or let go of the room here:',
            commands: [`rcfed rooms unlink ${room}`],
          },
        },
      ];
    });
    if (twice.length > 0) return twice;
    return rooms.length === 0 ? skips('no room is federated') : passes(`all ${rooms.length} are ours`);
  },
};
