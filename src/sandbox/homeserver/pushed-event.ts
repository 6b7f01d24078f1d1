import type { ApplicationService } from './application-services.ts';
import { legacyEvent } from './client-event.ts';
import type { JsonObject } from './json.ts';
import type { Homeserver, StoredEvent } from './state.ts';
import { strippedState } from './stripped-state.ts';

/** As an application service gets it: the invitation of one of its users shows what the room says of itself. */
export function pushedEvent(hs: Homeserver, service: ApplicationService, event: StoredEvent): JsonObject {
  const pushed = legacyEvent(hs, event);
  const { type, stateKey, content } = event;
  const room = hs.disk.rooms.get(event.roomId);
  if (room === undefined || type !== 'm.room.member' || content['membership'] !== 'invite') return pushed;
  if (stateKey === undefined || !service.ownsUser(stateKey)) return pushed;
  const shown = strippedState(room, stateKey).filter((each) => each.stateKey !== stateKey || each.type !== type);
  const state = shown.map((each) => ({
    type: each.type,
    state_key: each.stateKey,
    sender: each.sender,
    content: each.content,
  }));
  return { ...pushed, unsigned: { ...(pushed['unsigned'] as JsonObject), invite_room_state: state } };
}
