import { BRIDGE_STATE } from '../../bridge/homeserver/room-claim.ts';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import { healthOf } from '../facts/bridge-health.ts';
import { portalStates } from '../facts/portal-states.ts';
import { createGate } from '../gate.ts';
import { shellWord } from '../shell-word.ts';

const AT_ONCE = 4;

export const oneBridge: Check = {
  id: 'G16',
  group: 'bridge',
  title: 'No room is served by two bridges of this workspace',
  severity: 'fail',
  fix: 'printed',
  needs: ['G9'],
  // A request for each room.
  deadlineMs: 60_000,
  why: 'Two bridges of one workspace in one room carry everything twice. A bridge that was restored from a backup and its original are such two.',
  async run(context) {
    const rooms = await portalStates(context);
    const { bridgeId, workspaceId } = await healthOf(context);
    const homeserver = await context.setup.homeserver();
    const gate = createGate(AT_ONCE);
    const claims = await Promise.all(
      rooms
        .filter(({ isMember }) => isMember)
        .map(({ room, matrixRoomId }) =>
          gate(async () => {
            const claim = await homeserver.state(matrixRoomId, BRIDGE_STATE, workspaceId);
            return { room, other: claim?.['bridge'] };
          }),
        ),
    );
    const twice = claims.flatMap(({ room, other }) =>
      typeof other === 'string' && other !== bridgeId ? [claimed(room, other)] : [],
    );
    if (twice.length > 0) return twice;
    return rooms.length === 0 ? skips('no room is federated') : passes(`all ${rooms.length} are ours`);
  },
};

const claimed = (room: string, other: string): Verdict => ({
  status: 'fail',
  detail: `${room} is claimed by another bridge of this workspace (${other})`,
  cure: {
    text: 'Stop the other bridge, or let go of the room here:',
    commands: [`rcfed rooms unlink ${shellWord(room)}`],
  },
});
