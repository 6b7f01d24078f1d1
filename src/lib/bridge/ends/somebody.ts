import { RcfedError } from '../../core/errors.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Somebody } from '../../store/personal-types.ts';
import type { Person } from '../../store/people-types.ts';
import { idForGhost } from '../homeserver/ghost-id.ts';
import type { BridgeParts } from '../parts.ts';

export interface FoundPerson {
  readonly who: Somebody;
  /** undefined: forgotten already, or somebody whom the bot speaks for. */
  readonly person: Person | undefined;
  /** Their own name in Rocket.Chat, or that of their account there. */
  readonly username: string | undefined;
}

/**
 * Whom somebody means: a Matrix id, or a name in Rocket.Chat. The bridge's own account of a person means that person.
 *
 * @throws RcfedError RCFED_PERSON_UNKNOWN
 */
export async function personNamed(parts: BridgeParts, text: string): Promise<FoundPerson> {
  const { people } = parts.store;
  const matrixId = parseUserId(text)?.userId;
  if (matrixId !== undefined) {
    const person = await people.byMatrixUser(matrixId);
    if (person !== undefined) return found(person);
    return {
      who: { home: 'homeserver', matrixUserId: matrixId, workspaceUserId: undefined },
      person,
      username: undefined,
    };
  }
  const username = text.replace(/^@/, '');
  // Whoever has the name now: somebody else may have had it before, and the store need not know of that.
  const user = await parts.workspace.userByName(username);
  if (user !== undefined) return foundUser(parts, user);
  const known = (await people.byUsername('ghost', username)) ?? (await people.byUsername('puppet', username));
  if (known !== undefined) return found(known);
  throw new RcfedError('RCFED_PERSON_UNKNOWN', `Nobody is called ${text}`, {
    why: 'It is neither a Matrix id nor the name of an account in Rocket.Chat, nor does the bridge remember it.',
  });
}

async function foundUser(parts: BridgeParts, user: WorkspaceUser): Promise<FoundPerson> {
  const { id, username } = user;
  const person = await parts.store.people.byWorkspaceUser(id);
  if (person !== undefined) return { ...found(person), username };
  const matrixUserId = await idForGhost(parts, user);
  return { who: { home: 'workspace', matrixUserId, workspaceUserId: id }, person, username };
}

function found(person: Person): FoundPerson {
  const { kind, matrixUserId, workspaceUserId, username } = person;
  return {
    who: { home: kind === 'ghost' ? 'workspace' : 'homeserver', matrixUserId, workspaceUserId },
    person,
    username,
  };
}
