import type { MatrixUserId } from '../../core/ids.ts';
import type { Breaker } from '../breaker.ts';
import type { Ghosts } from '../homeserver/ghosts.ts';
import type { BridgeParts } from '../parts.ts';
import { userOfGhost } from './find-user.ts';
import { mayBeGhost } from './invite.ts';

/** The homeserver stalls every room while it waits: what is not known by then is no, and yes the next time. */
const PATIENCE_MS = 80;
const FRESH_MS = 60_000;
const REMEMBERED = 1_000;
/** Look-ups at one moment: whoever asks for more names than that is answered no. */
const AT_ONCE = 8;

interface UserQueryOptions {
  readonly parts: BridgeParts;
  readonly ghosts: Ghosts;
  readonly workspace: Breaker;
}

/**
 * Whether a Matrix id in our namespace is somebody: a ghost, or the name of a user of the workspace whose ghost is
 * then made. Never slower than {@link PATIENCE_MS}; the invitation that made somebody ask is pushed in any case.
 * https://spec.matrix.org/v1.17/application-service-api/#get_matrixappv1usersuserid
 */
export function createUserQuery({
  parts,
  ghosts,
  workspace,
}: UserQueryOptions): (id: MatrixUserId) => Promise<boolean> {
  const answers = new Map<MatrixUserId, { readonly at: number; readonly answer: boolean }>();
  const asking = new Map<MatrixUserId, Promise<boolean>>();

  const ask = async (id: MatrixUserId): Promise<boolean> => {
    try {
      const user = await userOfGhost(parts, id);
      if (answers.size >= REMEMBERED) answers.clear();
      answers.set(id, { at: parts.clock.now(), answer: user !== undefined });
      if (user !== undefined) void ghosts.account(user).catch((error: unknown) => failed(id, error));
      return user !== undefined;
    } catch (error) {
      failed(id, error);
      return false;
    } finally {
      asking.delete(id);
    }
  };
  const failed = (id: MatrixUserId, error: unknown): void =>
    parts.log('debug', 'user-query.failed', { user: id, reason: (error as Error).message });

  return async (id) => {
    const known = await parts.store.people.byMatrixUser(id);
    if (known !== undefined) return known.kind === 'ghost';
    if (!mayBeGhost(parts.identity, id) || workspace.isOpen) return false;
    const last = answers.get(id);
    if (last !== undefined && parts.clock.now() - last.at < FRESH_MS) return last.answer;
    if (!asking.has(id) && asking.size >= AT_ONCE) return false;
    const answer = asking.get(id) ?? ask(id);
    asking.set(id, answer);
    return Promise.race([answer, parts.clock.sleep(PATIENCE_MS).then(() => false)]);
  };
}
