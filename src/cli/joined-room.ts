import type { LinkView, RoomView } from '../lib/bridge/service/views.ts';
import type { CommandResult } from './base-command.ts';

export interface JoinedData {
  readonly room: RoomView;
  /** False: it was joined already. */
  readonly changed: boolean;
}

/** Of the commands by which a room of Matrix becomes one of Rocket.Chat. */
export const joinedResult = (where: string, { room, changed, warnings }: LinkView): CommandResult<JoinedData> => ({
  data: { room, changed },
  view: [`${where} is ${changed ? '' : 'already '}the ${room.type} ${room.room} in Rocket.Chat.`],
  warnings,
});
