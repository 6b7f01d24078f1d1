import type { MatrixRoomAlias, MatrixRoomId } from '../../core/ids.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { HomeserverRoomReplaced } from '../events.ts';
import { wholeUpTo } from '../homeserver/catch-up.ts';
import { turnsEncryptionOn } from '../homeserver/content.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import { writeServerAcl } from '../homeserver/server-acl.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import type { BridgeParts } from '../parts.ts';
import { reagreeOnRoom } from '../room-state/seed.ts';
import { BRIDGE_STATE } from '../homeserver/room-claim.ts';
import type { Work } from '../workspace/acting.ts';
import { tellEncrypted } from '../workspace/tell-encrypted.ts';
import { rememberFormer } from './former-rooms.ts';
import { joinReplacement, type Unusable } from './usable.ts';
import { waitForInvite } from './invited.ts';

/** Goes on in the room that replaces a portal's; each step can be done again. */
export type FollowRoom = (work: Work, event: HomeserverRoomReplaced) => Promise<Outcome>;

interface FollowerOptions {
  readonly ghosts: Pick<Ghosts, 'forgetRoom'>;
  readonly portalChanged: (portal: Portal) => Promise<void>;
}

export function createFollowRoom({ ghosts, portalChanged }: FollowerOptions): FollowRoom {
  return async (work, event) => {
    const { parts, portal } = work;
    const { old, replacement } = event;
    // Done already, by a try that was never settled.
    if (replacement !== undefined && replacement === portal.matrixRoomId) return followed(work, portal, old);
    if (old !== portal.matrixRoomId) return { outcome: 'of an older room' };
    const unusable: Unusable | undefined =
      replacement === undefined
        ? { why: 'no other room is named', waits: false }
        : await joinReplacement(parts, portal, event, replacement);
    if (replacement === undefined || unusable !== undefined) return stay(work, event, unusable);
    await takeAlong(parts, portal, replacement);
    await forgetMembers(parts, portal, old);
    await rememberFormer(parts, portal, old);
    parts.passed('apply:before-act');
    const moved = await parts.store.portals.update(portal.id, { matrixRoomId: replacement });
    parts.passed('apply:acted');
    ghosts.forgetRoom(moved);
    await portalChanged(moved);
    return followed(work, moved, old);
  };
}

async function followed(work: Work, portal: Portal, old: MatrixRoomId): Promise<Outcome> {
  const { parts } = work;
  const { matrixRoomId } = portal;
  parts.log('info', 'room.replaced', { portal: portal.name, room: matrixRoomId });
  await reagreeOnRoom(parts, portal, old);
  await writeServerAcl(parts, portal);
  const text = 'The room on Matrix was replaced by a newer one, and goes on there. Here everything stays as it was.';
  await sayInWorkspace(parts, portal, `room-replaced:${matrixRoomId}`, text);
  const encryption =
    matrixRoomId === undefined ? undefined : await parts.homeserver.state(matrixRoomId, 'm.room.encryption', '');
  if (encryption !== undefined && turnsEncryptionOn('m.room.encryption', '', encryption)) {
    await tellEncrypted(
      { parts, portal },
      { kind: 'room.encrypted', origin: 'homeserver', sender: parts.homeserver.userId },
    );
  }
  return { outcome: 'went on in the room that replaces it' };
}

/** The portal keeps its old room, where who has the power may still write. */
async function stay(
  work: Work,
  { old, replacement }: HomeserverRoomReplaced,
  unusable: Unusable | undefined,
): Promise<Outcome> {
  const { parts, portal } = work;
  const why = unusable?.why ?? '';
  if (replacement !== undefined && unusable?.waits === true) await waitForInvite(parts, portal, old, replacement);
  const cause = `room-not-followed:${replacement ?? ''}`;
  const cure =
    unusable?.waits === true
      ? `: once ${parts.homeserver.userId} is invited there, the conversation goes on there`
      : '';
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.room-replaced', { portal: portal.name, replacement, reason: why });
    const text = `The room on Matrix was closed and replaced by ${replacement ?? 'no other'}, which can't be followed, for ${why}${cure}.`;
    await sayInWorkspace(parts, portal, cause, text);
  });
  return { outcome: 'replaced by a room that can’t be followed' };
}

/** What is ours in the old room goes along; what the bot may not do there is done without. */
async function takeAlong(parts: BridgeParts, portal: Portal, roomId: MatrixRoomId): Promise<void> {
  const { homeserver, identity, store } = parts;
  const tried = async (what: string, task: () => Promise<unknown>): Promise<void> => {
    await task().catch((error: unknown) => {
      parts.log('warn', 'room.not-taken-along', { portal: portal.name, what, reason: (error as Error).message });
    });
  };
  const claim = { bridge: identity.bridgeId, room: portal.workspaceRoomId };
  await tried('claim', () => homeserver.sendState(roomId, BRIDGE_STATE, identity.workspaceId, claim));
  const alias = portal.alias as MatrixRoomAlias | undefined;
  if (alias !== undefined) {
    await tried('alias', async () => {
      if ((await homeserver.resolveAlias(alias)) === roomId) return;
      await homeserver.deleteAlias(alias);
      await homeserver.setAlias(alias, roomId);
    });
  }
  // Everything since it was made is ours to carry: people may have written there before the bot came.
  const create = await homeserver.stateEvent(roomId, 'm.room.create', '');
  await store.setCursor(wholeUpTo(portal), create?.eventId ?? '');
}

/** Ghosts come to the new room as they speak. */
async function forgetMembers(parts: BridgeParts, portal: Portal, old: MatrixRoomId): Promise<void> {
  for (const member of await parts.homeserver.joinedMembers(old)) {
    const person = await parts.store.people.byMatrixUser(member);
    if (person?.kind === 'ghost') await parts.store.people.setMember(portal.id, person.id, false);
  }
}
