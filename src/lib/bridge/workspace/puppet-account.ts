import { createHash, randomBytes } from 'node:crypto';
import type { MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { Secret } from '../../core/secret.ts';
import { puppetUsername } from '../../matrix/puppet-name.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { Person } from '../../store/people-types.ts';
import type { BridgeParts } from '../parts.ts';

const BOT = 'bot';
/** `bot` keeps the limiter away and may send many; `user` may delete its own messages. */
const PUPPET_ROLES = ['user', BOT];
/** So many names are tried: each is known to others before, as its address is. */
const ATTEMPTS = [0, 1, 2, 3];

/**
 * The account of that person, found again or made: under their name, or where somebody else has that, or the address
 * that goes with it, under one with a suffix made of the Matrix id.
 */
export async function ensureAccount(parts: BridgeParts, person: Person): Promise<WorkspaceUser> {
  if (person.workspaceUserId !== undefined) {
    const account = await parts.workspace.userById(person.workspaceUserId);
    if (account !== undefined) return account;
  }
  for (const attempt of ATTEMPTS) {
    const account = await accountNamed(parts, person, attempt);
    if (account !== undefined) return account;
  }
  throw new Error(`every name that ${person.matrixUserId} could have in Rocket.Chat is somebody else's`);
}

/** undefined: the name or its address is somebody else's. */
async function accountNamed(parts: BridgeParts, person: Person, attempt: number): Promise<WorkspaceUser | undefined> {
  const username = attempt === 0 ? person.username : puppetUsername(person.matrixUserId, attempt + 1);
  const found = await parts.workspace.userByName(username);
  if (found !== undefined) return isOurs(parts, person, found) ? found : undefined;
  try {
    return await create(parts, person, username, attempt);
  } catch (error) {
    // Of the address, or of the name in other letters, which is no other name to Rocket.Chat.
    if (!(error instanceof RemoteError) || error.code !== 'error-field-unavailable') throw error;
    return undefined;
  }
}

/** Anybody may give themselves any free name and address, but nobody that role. */
function isOurs(parts: BridgeParts, { matrixUserId }: Person, { email, roles }: WorkspaceUser): boolean {
  return roles.includes(BOT) && ATTEMPTS.some((attempt) => email === addressOf(parts, matrixUserId, attempt));
}

function create(parts: BridgeParts, person: Person, username: string, attempt: number): Promise<WorkspaceUser> {
  const password = person.password ?? new Secret(randomPassword());
  const email = addressOf(parts, person.matrixUserId, attempt);
  return parts.workspace.createUser({ username, name: person.displayName, email, password, roles: PUPPET_ROLES });
}

export const randomPassword = (): string => `Aa1!${randomBytes(30).toString('base64url')}`;

/** Deterministic, so that an account made just before a crash is recognised. */
function addressOf({ identity }: Pick<BridgeParts, 'identity'>, matrixUserId: MatrixUserId, attempt: number): string {
  const text = `${identity.workspaceId} ${matrixUserId}${attempt === 0 ? '' : ` ${attempt}`}`;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 24);
  return `rcfed-${digest}@${identity.puppetEmailDomain}`;
}
