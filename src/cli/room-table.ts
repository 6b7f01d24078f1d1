import type { RoomView } from '../lib/bridge/service/views.ts';
import { type Table, table } from '../lib/output/table.ts';

/** Federated rooms for a person; the JSON answer has more. */
export const roomTable = (rooms: readonly RoomView[]): Table =>
  table(
    [
      { title: 'Room', value: ({ room }) => room },
      { title: 'Type', value: ({ type }) => type },
      { title: 'State', value: ({ state }) => state },
      { title: 'On Matrix', value: ({ matrixMembers }) => matrixMembers },
      { title: 'Waiting', value: ({ waiting }) => waiting },
      { title: 'Matrix room', value: ({ alias, matrixRoomId }) => alias ?? matrixRoomId },
    ],
    rooms,
  );
