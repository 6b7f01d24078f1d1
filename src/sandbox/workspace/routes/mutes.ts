import { canAccess } from '../access.ts';
import { MeteorError } from '../meteor.ts';
import { mute } from '../mutes.ts';
import { type Route, textOf } from '../route.ts';
import { shape, text } from '../validation.ts';
import { targetPerson } from './room-target.ts';

/** `rooms.muteUser`, `rooms.unmuteUser`. */
export const muteRoutes: readonly Route[] = [true, false].map((muted): Route => ({
  method: 'POST',
  path: muted ? 'rooms.muteUser' : 'rooms.unmuteUser',
  params: {
    oneOf: ['userId', 'username'].map((key) =>
      shape({ roomId: text({ minLength: 1 }), [key]: text({ minLength: 1 }) }),
    ),
  },
  act(call) {
    const person = targetPerson(call);
    const room = call.workspace.rooms.byId(textOf(call.params, 'roomId'));
    if (room === undefined || !canAccess(call.workspace, call.caller, room))
      throw new MeteorError('error-invalid-room', 'Invalid room', { method: 'muteUserInRoom' });
    mute(call.workspace, call.caller, room, person, muted);
    return {};
  },
}));
