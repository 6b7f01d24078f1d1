import type { Room, StoredEvent } from './state.ts';

const types = [
  'm.room.create',
  'm.room.join_rules',
  'm.room.canonical_alias',
  'm.room.avatar',
  'm.room.encryption',
  'm.room.name',
  'm.room.topic',
];

/** What an invited or knocking person gets to know of the room (spec: Client-Server API, "Stripped state"). */
export function strippedState(room: Room, userId: string): StoredEvent[] {
  const own = room.state.get(`m.room.member\0${userId}`);
  return [...room.state.values()].filter(
    (event) =>
      types.includes(event.type) || event === own || (event.type === 'm.room.member' && event.stateKey === own?.sender),
  );
}
