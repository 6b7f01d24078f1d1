import type { MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { type NamesInHtml, namesInHtml } from '../../format/names-in-html.ts';
import { NO_NAMES, type WorkspaceNames } from '../../format/workspace-names.ts';
import type { MatrixText } from '../events.ts';
import { codeInWorkspace } from '../emoji/custom-emoji.ts';
import type { MayNotifyRoom } from '../homeserver/room-power.ts';
import type { BridgeParts } from '../parts.ts';
import { type PortalIndex, isNamedIn } from '../portal-index.ts';

/** What the names in a Matrix message are called in Rocket.Chat. */
export type LookUpForWorkspace = (portal: Portal, text: MatrixText, sender: MatrixUserId) => Promise<WorkspaceNames>;

const NOBODY: NamesInHtml = { users: [], rooms: [], emoji: [] };

/**
 * A pill is the account of the Rocket.Chat user behind a ghost, or the puppet of a Matrix user who spoke here
 * before; rooms are those that are federated. `m.mentions.room` becomes `@all` only if the sender may notify
 * the Matrix room: anybody can write that field, and homeservers ask for the power before they notify.
 */
export function createLookUpForWorkspace(
  parts: BridgeParts,
  portals: PortalIndex,
  mayNotifyRoom: MayNotifyRoom,
): LookUpForWorkspace {
  return async (portal, text, sender) => {
    const names = /matrix(?:\.to|:)|data-mx-emoticon/i.test(text.formatted_body ?? '')
      ? await namesInHtml(text)
      : NOBODY;
    const users = new Map<string, { username: string }>();
    for (const id of names.users) {
      const person = await parts.store.people.byMatrixUser(id as MatrixUserId);
      if (person?.workspaceUserId !== undefined) users.set(id, { username: person.username });
    }
    const rooms = new Map<string, { name: string }>();
    for (const other of names.rooms.length === 0 ? [] : portals.all()) {
      if (!isNamedIn(other, portal)) continue;
      if (other.matrixRoomId !== undefined) rooms.set(other.matrixRoomId, { name: other.name });
      if (other.alias !== undefined) rooms.set(other.alias, { name: other.name });
    }
    const emoji = new Map<string, { name: string }>();
    for (const { mxc, alt } of names.emoji) {
      const name = await codeInWorkspace(parts.emoji, mxc, alt);
      if (name !== undefined) emoji.set(mxc, { name });
    }
    return {
      ...NO_NAMES,
      user: (id) => users.get(id),
      room: (aliasOrId) => rooms.get(aliasOrId),
      emoji: (mxc) => emoji.get(mxc),
      roomMentioned: text.mentionsRoom,
      mayMentionAll:
        text.mentionsRoom && portal.matrixRoomId !== undefined && (await mayNotifyRoom(portal.matrixRoomId, sender)),
    };
  };
}

/**
 * Acts, and once more without `@all` where the workspace keeps that from the account: it refuses the whole
 * message then, so that nothing was done.
 */
export async function withoutAllIfRefused<T>(
  names: WorkspaceNames,
  act: (names: WorkspaceNames) => Promise<T>,
): Promise<T> {
  try {
    return await act(names);
  } catch (error) {
    const isRefused = error instanceof RemoteError && error.code === 'error-action-not-allowed';
    if (!isRefused || !names.mayMentionAll) throw error;
    return act({ ...names, mayMentionAll: false });
  }
}
