import { RemoteError } from '../../core/remote-error.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { Bridge } from '../running-bridge.ts';
import { sayInWorkspace, sayOnMatrix } from '../notices/say.ts';
import type { BridgeParts } from '../parts.ts';
import { asPuppet } from '../workspace/as-puppet.ts';
import { beginClosing, endClosing } from './begun-closing.ts';
import { type Step, emptyMatrixRoom, leaveMatrixRoom } from './leave-matrix-room.ts';
import { settleWaiting } from './waiting-rows.ts';

/** How a portal ends; plain data, kept until it is done. */
export interface Closing {
  /** Short and lower-case, `unlinked`, `room deleted`: what became of the rows that still waited. */
  readonly outcome: string;
  /** Said in the room on Matrix before anybody leaves it; undefined: nothing is said, or nobody could hear it. */
  readonly onMatrix?: string | undefined;
  /** Said in the room in Rocket.Chat, before it is archived. */
  readonly inWorkspace?: string | undefined;
  /** Some puppet says it in Rocket.Chat: the bot is no longer in the room. */
  readonly byMember?: boolean;
  /**
   * What becomes of the Matrix room. stay: nothing. leave: alias, directory entry and claim are given up and our
   * ghosts and the bot leave. empty: everybody else is put out besides, by a purge where we may.
   */
  readonly matrixRoom: 'stay' | 'leave' | 'empty';
  /** The Rocket.Chat room is archived: nobody writes into it any more, everybody reads it. */
  readonly archive?: boolean;
  /**
   * A server that does not answer, or has enough of us for now, ends the closing with its error: the portal is
   * still open in the store, and closing it again goes on. Otherwise that is a warning, and the portal is closed.
   */
  readonly patient?: boolean;
}

export interface Closed {
  readonly portal: Portal;
  /** What could not be done, and stays. */
  readonly warnings: readonly string[];
}

/**
 * Ends a portal: nothing more is relayed, what waits is settled, people are told, our side leaves what is to be left.
 * Both rooms' histories stay unless `matrixRoom` is `empty`. Each step may be done twice without harm, and the portal
 * is closed in the store at the very end: what a crash or a server broke off is done by closing it once more, which a
 * running bridge does by itself.
 *
 * @param bridge the running one, which stops relaying first; undefined where none runs.
 * @throws RemoteError only where `patient`; a server's plain refusal never.
 */
export async function closePortal(
  parts: BridgeParts,
  bridge: Pick<Bridge, 'portalChanged'> | undefined,
  portal: Portal,
  closing: Closing,
): Promise<Closed> {
  const warnings: string[] = [];
  const step: Step = async (what, task) => {
    try {
      await task();
    } catch (error) {
      if (closing.patient === true && isPassing(error)) throw error;
      warnings.push(`${what}: ${(error as Error).message}`);
    }
  };
  await beginClosing(parts, portal, closing);
  await bridge?.portalChanged({ ...portal, state: 'closed' });
  await settleWaiting(parts, portal, closing.outcome);
  await tell(parts, portal, closing, step);
  parts.passed('close:told');
  if (closing.archive === true && portal.roomType !== 'd')
    await step('The Rocket.Chat room is not archived', () => parts.workspace.archiveRoom(portal.workspaceRoomId, true));
  await endMatrixRoom(parts, portal, closing, step);
  parts.passed('close:left');
  const closed = await parts.store.portals.update(portal.id, { state: 'closed' });
  await endClosing(parts, portal);
  parts.log('info', 'portal.closed', { portal: portal.name, outcome: closing.outcome, warnings: warnings.length });
  return { portal: closed, warnings };
}

async function endMatrixRoom(parts: BridgeParts, portal: Portal, closing: Closing, step: Step): Promise<void> {
  const { matrixRoom, outcome } = closing;
  const { matrixRoomId } = portal;
  const admin = matrixRoom === 'empty' ? parts.ends.synapseAdmin : undefined;
  if (matrixRoom === 'stay' || matrixRoomId === undefined) return;
  if (matrixRoom === 'empty' && admin === undefined) await emptyMatrixRoom(parts, portal, outcome, step);
  await leaveMatrixRoom(parts, portal, step);
  if (admin !== undefined) await step('The Matrix room is not purged', () => admin.purgeRoom(matrixRoomId));
}

async function tell(parts: BridgeParts, portal: Portal, closing: Closing, step: Step): Promise<void> {
  const cause = `closed:${portal.id}`;
  const { onMatrix, inWorkspace } = closing;
  if (onMatrix !== undefined) await step('Matrix is not told', () => sayOnMatrix(parts, portal, cause, onMatrix));
  if (inWorkspace !== undefined)
    await step('Rocket.Chat is not told', async () => {
      const member = closing.byMember === true ? await memberOf(parts, portal) : undefined;
      await sayInWorkspace({ ...parts, workspace: member ?? parts.workspace }, portal, cause, inWorkspace);
    });
}

/** Some puppet that is still in the room in Rocket.Chat. */
async function memberOf(parts: BridgeParts, portal: Portal): Promise<WorkspaceApi | undefined> {
  for (const { matrixUserId } of await parts.store.people.members(portal.id, 'puppet')) {
    const puppet = asPuppet(parts, await parts.store.people.byMatrixUser(matrixUserId));
    if (puppet !== undefined) return puppet.api;
  }
  return undefined;
}

/** Not about this room: the server is down or asks for patience. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false;
  return error.failure !== 'refused' || error.status === 429 || (error.status ?? 0) >= 500;
}
