import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { BridgeParts } from '../parts.ts';
import type { ChangeRoomRequest, ChangeRoomView } from './change-room-view.ts';
import { portalNamed } from './portal-named.ts';

/**
 * Changes a federated room where it is at home, in Rocket.Chat; from there it is carried to Matrix.
 * @throws RcfedError RCFED_ROOM_UNKNOWN, RCFED_ROOM_NOT_FEDERABLE: a direct message, RCFED_NAME_TAKEN, RCFED_REFUSED
 */
export async function changeRoom(
  parts: BridgeParts,
  { room, topic, name, dryRun }: ChangeRoomRequest,
): Promise<ChangeRoomView> {
  const portal = await portalNamed(parts, room);
  if (portal.direct !== undefined)
    throw new RcfedError('RCFED_ROOM_NOT_FEDERABLE', `${portal.name} is a direct message`, {
      why: 'It has no name and no topic: who is in it is its name.',
    });
  const now = await parts.workspace.roomDetails(portal.workspaceRoomId);
  if (now === undefined) throw new RcfedError('RCFED_ROOM_UNKNOWN', `${portal.name} is no longer in Rocket.Chat`);
  const settings = {
    ...(topic !== undefined && topic !== now.topic && { topic }),
    ...(name !== undefined && name !== now.name && name !== now.displayName && { name }),
  };
  const wanted = {
    room: portal.name,
    roomId: portal.workspaceRoomId,
    topic: topic ?? now.topic,
    name: name ?? now.name,
    before: { topic: now.topic, name: now.name },
  };
  if (dryRun === true) return { ...wanted, changed: false, plan: changesInWords(now, settings) };
  const changed = Object.keys(settings).length > 0;
  if (changed) {
    try {
      await parts.workspace.saveRoomSettings(portal.workspaceRoomId, settings);
    } catch (error) {
      throw refusalOf(error, name ?? portal.name);
    }
  }
  return { ...wanted, changed };
}

interface Named {
  readonly topic: string;
  readonly name: string;
}

function changesInWords(now: Named, settings: Partial<Named>): readonly string[] {
  return (['topic', 'name'] as const).flatMap((field) => {
    const wanted = settings[field];
    if (wanted === undefined) return [];
    if (now[field] === '') return [`+ ${field} ${wanted}`];
    return [wanted === '' ? `- ${field} ${now[field]}` : `~ ${field} ${now[field]} → ${wanted}`];
  });
}

function refusalOf(error: unknown, name: string): unknown {
  if (!(error instanceof RemoteError) || error.failure !== 'refused' || (error.status ?? 500) >= 500) return error;
  if (error.code === 'error-duplicate-channel-name')
    return new RcfedError('RCFED_NAME_TAKEN', `Another room is named ${name}`, { try: ['Choose another name.'] });
  return new RcfedError('RCFED_REFUSED', 'Rocket.Chat does not change the room', {
    why: `${error.answer ?? error.inShort}.`,
    cause: error,
  });
}
