import type { WorkspaceRoomId } from '../../core/ids.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { WorkspaceAuthor } from '../events.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';
import type { WorkspaceMessage } from '../workspace/message.ts';
import { type Refusal, sayAsPuppet } from './refuse.ts';

/** For `federation trace`. */
export const MAY_NOT_WRITE = 'may not write to people on Matrix';

/**
 * Direct messages alone are held to the roles that may `write`: in a federated room its members write, as with
 * Rocket.Chat's own federation.
 */
export async function mayWrite({ federation }: BridgeParts, user: Pick<WorkspaceAuthor, 'id'>): Promise<boolean> {
  return (await federation.mayFederate({ id: user.id }, 'write')).allowed;
}

/** Somebody who may not write to people on Matrix is invited by one of them. */
export const unwilling = ({ username }: WorkspaceAuthor): Refusal => ({
  outcome: MAY_NOT_WRITE,
  text: `@${username} may not have direct messages with people on Matrix: the administrator of their workspace decides who may.`,
});

/** Begins no conversation: the puppet says why, once, in the direct message that was written in. */
export async function refuseOpening(
  parts: BridgeParts,
  api: WorkspaceApi,
  roomId: WorkspaceRoomId,
  author: WorkspaceAuthor,
): Promise<string> {
  parts.log('warn', 'notice.direct-refused', { room: roomId, user: author.username, reason: MAY_NOT_WRITE });
  await sayAsPuppet(parts, api, roomId, `may-not-write:${roomId}:${author.id}`, await reasonFor(parts, author));
  return MAY_NOT_WRITE;
}

/** Whether a message in an open direct message stays in Rocket.Chat; its author is told so, once. */
export async function isRefused(parts: BridgeParts, portal: Portal, { author }: WorkspaceMessage): Promise<boolean> {
  if (portal.direct === undefined || (await parts.isOwnAccount(author.id)) || (await mayWrite(parts, author)))
    return false;
  const cause = `may-not-write:${author.id}`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.may-not-write', { portal: portal.name, user: author.username });
    await sayInWorkspace(parts, portal, cause, await reasonFor(parts, author));
  });
  return true;
}

async function reasonFor({ federation }: BridgeParts, { id, username }: WorkspaceAuthor): Promise<string> {
  const verdict = await federation.mayFederate({ id }, 'write');
  const why = verdict.allowed ? '' : ` ${verdict.why} ${verdict.try[0]}`;
  return `What @${username} writes here is not sent to Matrix.${why}`;
}
