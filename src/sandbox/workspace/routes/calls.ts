import { canAccess } from '../access.ts';
import { meteorId } from '../meteor.ts';
import { type AuthenticatedCall, type Route, textOf } from '../route.ts';
import { systemMessage } from '../system-messages.ts';
import { flag, nullable, shape, text } from '../validation.ts';

export const callRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'video-conference.start',
    params: shape({ roomId: text(), title: nullable(text()), allowRinging: nullable(flag()) }),
    act: start,
  },
];

/** A call, as far as the room sees of it: a message without text whose block names it. There is a provider always. */
function start({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const room = workspace.rooms.byId(textOf(params, 'roomId'));
  if (room === undefined || !canAccess(workspace, caller, room)) throw new Error('invalid-params');
  const callId = meteorId();
  const block = { type: 'video_conf', blockId: callId, callId, appId: 'videoconf-core' };
  systemMessage(workspace, { type: 'videoconf', room, by: caller, text: '', extra: { blocks: [block] } });
  return { data: { type: room.t === 'd' ? 'direct' : 'videoconference', callId, providerName: 'sandbox' } };
}
