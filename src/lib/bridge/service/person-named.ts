import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { Person } from '../../store/people-types.ts';
import { userOfGhost } from '../direct/find-user.ts';
import type { BridgeParts } from '../parts.ts';

/** Somebody, with both accounts as far as there are two. Those on their own side act for both. */
export type NamedPerson =
  | {
      readonly side: 'workspace';
      readonly account: Account;
      /** undefined: no ghost yet. */
      readonly matrixUserId: MatrixUserId | undefined;
    }
  | {
      readonly side: 'matrix';
      readonly matrixUserId: MatrixUserId;
      /** undefined: no puppet yet. */
      readonly account: Account | undefined;
    };

interface Account {
  readonly id: WorkspaceUserId;
  readonly username: string;
}

/**
 * Whom somebody means by `bob`, `@bob` or `@alice:example.org`; whoever names a puppet or a ghost means the person it
 * stands for. Or why there is nobody.
 */
export async function personNamed(
  parts: BridgeParts,
  text: string,
): Promise<NamedPerson | { readonly reason: string }> {
  const { identity, store, workspace } = parts;
  const matrixId = parseUserId(text)?.userId;
  if (matrixId === undefined) {
    const user = await workspace.userByName(text.replace(/^@/, ''));
    if (user === undefined)
      return { reason: `${text} is nobody in Rocket.Chat; a Matrix id is written @alice:example.org` };
    if (user.id === identity.workspaceBot) return { reason: `${text} is the bridge itself` };
    const person = await store.people.byWorkspaceUser(user.id);
    return person === undefined ? { side: 'workspace', account: user, matrixUserId: undefined } : named(person, user);
  }
  if (matrixId === identity.matrixBot) return { reason: `${text} is the bridge itself` };
  const person = await store.people.byMatrixUser(matrixId);
  if (person !== undefined) return named(person, accountOf(person));
  const user = identity.prefix === '' ? undefined : await userOfGhost(parts, matrixId);
  if (user !== undefined) return { side: 'workspace', account: user, matrixUserId: undefined };
  return { side: 'matrix', matrixUserId: matrixId, account: undefined };
}

function named(
  { kind, matrixUserId }: Person,
  account: Account | undefined,
): NamedPerson | { readonly reason: string } {
  if (kind === 'puppet') return { side: 'matrix', matrixUserId, account };
  if (account === undefined) return { reason: `${matrixUserId} has no account in Rocket.Chat` };
  return { side: 'workspace', account, matrixUserId };
}

const accountOf = ({ workspaceUserId: id, username }: Person): Account | undefined =>
  id === undefined ? undefined : { id, username };
