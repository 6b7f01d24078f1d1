import type { MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { matrixToUrl } from '../../format/matrix-link.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { BridgeParts } from '../parts.ts';
import { matrixRoomOf, portalNamed } from './portal-named.ts';
import type { InviteLinkView, InviteRequest, InviteView, VerifiedView } from './views.ts';

/** So many requests to the homeserver at a time: it asks the servers of the invited one by one. */
const AT_ONCE = 4;

/**
 * Invites people into a portal's Matrix room, each by itself: one that is refused keeps nobody else out.
 * @throws RcfedError RCFED_ROOM_UNKNOWN
 */
export async function inviteUsers(
  parts: BridgeParts,
  { room, users, dryRun }: InviteRequest,
): Promise<readonly InviteView[]> {
  const portal = await portalNamed(parts, room);
  const roomId = matrixRoomOf(portal);
  return eachOf(users, async (user): Promise<InviteView> => {
    const person = await invitee(parts, user);
    if (typeof person === 'object') return { user, outcome: 'refused', reason: person.reason };
    try {
      const member = await parts.homeserver.state(roomId, 'm.room.member', person);
      const membership = member?.['membership'];
      if (membership === 'join' || membership === 'invite') return { user, outcome: 'already', reason: null };
      if (dryRun === true) return { user, outcome: 'to do', reason: null };
      await parts.homeserver.invite(roomId, person);
      return { user, outcome: 'invited', reason: null };
    } catch (error) {
      return { user, outcome: 'refused', reason: refusalOf(error) };
    }
  });
}

/** The id of somebody who may be invited, or why not. */
export async function invitee(parts: BridgeParts, text: string): Promise<MatrixUserId | { readonly reason: string }> {
  const parsed = parseUserId(text);
  if (parsed === undefined || parsed.localpart === '')
    return { reason: `${text} is not a Matrix id: write @alice:example.org` };
  const { userId, serverName } = parsed;
  if (!parts.access.admits(serverName)) return { reason: `the access rules keep ${serverName} out` };
  const isGhost =
    serverName === parts.identity.serverName &&
    parts.identity.prefix !== '' &&
    parsed.localpart.startsWith(parts.identity.prefix);
  if (isGhost || (await parts.store.people.byMatrixUser(userId))?.kind === 'ghost')
    return { reason: `${text} stands for somebody in Rocket.Chat: add them to the room there` };
  return userId;
}

/** A network that fails, or a homeserver that does, ends it all; the next run goes on where this one stopped. */
function refusalOf(error: unknown): string {
  if (!(error instanceof RemoteError) || error.failure !== 'refused' || (error.status ?? 500) >= 500) throw error;
  if (error.code === 'M_FORBIDDEN') return error.answer ?? 'the room does not allow it';
  return error.answer ?? error.inShort;
}

/** Whether their servers know them: https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3profileuserid */
export async function verifyUsers(parts: BridgeParts, users: readonly string[]): Promise<readonly VerifiedView[]> {
  return eachOf(users, async (user): Promise<VerifiedView> => {
    const none = { user, displayName: null, reason: null };
    const person = await invitee(parts, user);
    if (typeof person === 'object') return { ...none, outcome: 'refused', reason: person.reason };
    try {
      const profile = await parts.homeserver.profile(person);
      if (profile === undefined) return { ...none, outcome: 'unknown' };
      return { ...none, outcome: 'exists', displayName: profile.displayName ?? null };
    } catch (error) {
      // The homeserver passes on what the other server said, or that it said nothing.
      if (!(error instanceof RemoteError) || error.failure === 'network') throw error;
      if (error.status === 404) return { ...none, outcome: 'unknown' };
      return { ...none, outcome: 'unreachable', reason: error.answer ?? error.inShort };
    }
  });
}

export async function inviteLink(parts: BridgeParts, room: string): Promise<InviteLinkView> {
  const portal = await portalNamed(parts, room);
  const roomId = matrixRoomOf(portal);
  const rule = await parts.homeserver.state(roomId, 'm.room.join_rules', '');
  const link =
    portal.alias === undefined
      ? `${matrixToUrl({ kind: 'room', id: roomId })}?via=${encodeURIComponent(parts.identity.serverName)}`
      : matrixToUrl({ kind: 'room', id: portal.alias });
  return { room: portal.name, link, open: rule?.['join_rule'] === 'public' };
}

/** So many at a time; answers in the order of the items. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  return results;
}
