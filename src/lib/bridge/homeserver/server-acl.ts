import { RemoteError } from '../../core/remote-error.ts';
import { type ServerAcl, changedAcl, readAcl } from '../../access/server-acl.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

const ACL = 'm.room.server_acl';
/** What we last wrote of our own into a room: others' entries are told from ours by it. */
const writtenAcl = (portal: Portal): string => `acl:${portal.id}`;

/**
 * Writes the access rules into a portal's room, so that the homeservers in it keep refused servers out. Answers
 * what could not be done, in a sentence; undefined: all is as the rules say.
 */
export async function writeServerAcl(
  { store, homeserver, identity, access }: BridgeParts,
  portal: Portal,
): Promise<string | undefined> {
  const { matrixRoomId } = portal;
  if (matrixRoomId === undefined) return undefined;
  const before = await store.cursor(writtenAcl(portal));
  const rules = access.rules();
  if (before === undefined && rules.allow.length + rules.block.length === 0) return undefined;
  const current = readAcl(await homeserver.state(matrixRoomId, ACL, ''));
  const written = before === undefined ? undefined : (JSON.parse(before) as ServerAcl);
  const change = changedAcl(rules, identity.serverName, current, written);
  if (change.kind === 'as it is') return undefined;
  try {
    await homeserver.sendState(matrixRoomId, ACL, '', { ...change.acl });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.status !== 403) throw error;
    return `The bot may not change the access list of ${portal.name}: give ${identity.matrixBot} power level 100 there`;
  }
  await store.setCursor(writtenAcl(portal), JSON.stringify(change.ours));
  return change.kind === 'write'
    ? undefined
    : `${portal.name} has a list of allowed servers of its own, which stays: only the blocked ones were added`;
}
