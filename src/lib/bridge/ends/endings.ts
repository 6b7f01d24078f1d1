import type { Portal } from '../../store/portal-types.ts';
import type { Closing } from './close-portal.ts';
import type { MatrixFate } from './fate.ts';
import type { RoomEnds } from './terms.ts';

const matrixRoomFor = { close: 'leave', keep: 'stay', delete: 'empty' } as const;

/** The room was deleted in Rocket.Chat. */
export function workspaceRoomDeleted({ name }: Portal, policy: RoomEnds): Closing {
  return {
    outcome: 'room deleted',
    onMatrix: `${name} was deleted in Rocket.Chat: what is written here no longer reaches anybody there.`,
    matrixRoom: matrixRoomFor[policy],
    patient: true,
  };
}

/** The bot was taken out of the room in Rocket.Chat, or cannot tell that from a deletion. */
export function workspaceBotRemoved({ name }: Portal, isCertain: boolean, policy: RoomEnds): Closing {
  const what = isCertain ? 'The bridge was removed from' : 'The bridge was removed from, or somebody deleted,';
  return {
    outcome: 'bridge removed',
    onMatrix: `${what} ${name} in Rocket.Chat: what is written here no longer reaches anybody there.`,
    inWorkspace:
      'The bridge was removed from this room: what is written here no longer reaches Matrix. To bridge it again, add its bot and ask an administrator to link the room.',
    byMember: true,
    matrixRoom: policy === 'keep' ? 'stay' : 'leave',
    patient: true,
  };
}

/** The Matrix room is gone for us. Whatever the policy, the history in Rocket.Chat stays. */
export function matrixRoomLost({ what, by, reason }: MatrixFate, policy: RoomEnds): Closing {
  const archive = policy !== 'keep';
  const why =
    what === 'gone'
      ? 'The Matrix room that this room was bridged with was removed, or the bridge shut out of it'
      : `The bridge was ${what === 'banned' ? 'banned' : 'removed'} from the Matrix room by ${by ?? 'somebody there'}${reason === undefined ? '' : ` (${reason})`}`;
  return {
    outcome: what === 'gone' ? 'Matrix room gone' : 'bridge removed',
    inWorkspace: `${why}: what is written here no longer reaches Matrix.${archive ? ' This room is archived.' : ''}`,
    archive,
    matrixRoom: policy === 'keep' ? 'stay' : 'leave',
    patient: true,
  };
}
