import { RcfedError } from '../../core/errors.ts';
import type { MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import { userOfGhost } from '../direct/find-user.ts';
import { mayBeGhost } from '../direct/invite.ts';
import type { BridgeParts } from '../parts.ts';
import { assertAdmitted } from './access.ts';
import type { OpenDirectRequest } from './direct-view.ts';

/** Who is to be in a direct message. */
export interface DirectCompany {
  readonly as: WorkspaceUser;
  readonly colleagues: readonly WorkspaceUser[];
  /** From Matrix; at least one. */
  readonly people: readonly MatrixUserId[];
  /** What is doubtful about them. */
  readonly warnings: readonly string[];
}

/** @throws RcfedError as `openDirect` says */
export async function companyNamed(parts: BridgeParts, request: OpenDirectRequest): Promise<DirectCompany> {
  if (request.as === undefined)
    throw new RcfedError('RCFED_ANSWER_MISSING', 'Whose direct message it is has to be said: --as USER', {
      why: 'An administrator has no conversations of their own here.',
      try: [`rcfed invite dm ${request.users.join(' ')} --as USERNAME`],
    });
  const as = await userNamed(parts, request.as);
  const colleagues = new Map<string, WorkspaceUser>();
  const people = new Set<MatrixUserId>();
  for (const text of request.users) {
    const person = text.startsWith('@') && text.includes(':') ? await fromMatrix(parts, text) : text;
    if (typeof person === 'string') {
      const user = await userNamed(parts, person);
      if (user.id !== as.id) colleagues.set(user.id, user);
    } else people.add(person.id);
  }
  if (people.size === 0)
    throw new RcfedError('RCFED_USAGE', 'Nobody from Matrix is among them', {
      why: 'A direct message within the workspace needs no bridge.',
      try: ['rcfed invite dm @alice:example.org'],
    });
  for (const user of [as, ...colleagues.values()]) await assertMayWrite(parts, user);
  await assertRoomFor(parts, 1 + colleagues.size + people.size);
  const warnings: string[] = [];
  for (const id of people) warnings.push(...(await doubts(parts, id)));
  return { as, colleagues: [...colleagues.values()], people: [...people], warnings };
}

/** The username of somebody whose ghost is named, or somebody from elsewhere. */
async function fromMatrix(parts: BridgeParts, text: string): Promise<string | { readonly id: MatrixUserId }> {
  const parsed = parseUserId(text);
  if (parsed === undefined || parsed.localpart === '')
    throw new RcfedError('RCFED_MATRIX_ID_INVALID', `${text} is not a Matrix id`, {
      try: ['rcfed invite dm @alice:example.org'],
    });
  assertAdmitted(parts, parsed.serverName);
  const { userId } = parsed;
  if (userId === parts.identity.matrixBot)
    throw new RcfedError('RCFED_PERSON_UNKNOWN', `${text} is the bridge itself`, { try: ['rcfed --help'] });
  const user = await userOfGhost(parts, userId);
  if (user !== undefined) return user.username;
  if (parts.identity.prefix !== '' && mayBeGhost(parts.identity, userId))
    throw nobody(text, 'No user of Rocket.Chat has that name.');
  return { id: userId };
}

async function userNamed(parts: BridgeParts, text: string): Promise<WorkspaceUser> {
  const username = text.replace(/^@/, '');
  const user = await parts.workspace.userByName(username);
  if (user === undefined || !user.active)
    throw nobody(username, user === undefined ? undefined : 'The account is deactivated.');
  if (await parts.isOwnAccount(user.id))
    throw nobody(username, 'That account is the bridge, or stands for somebody on Matrix: write their Matrix id.');
  return user;
}

const nobody = (who: string, why: string | undefined): RcfedError =>
  new RcfedError('RCFED_PERSON_UNKNOWN', `${who} is no user of the workspace`, {
    ...(why === undefined ? {} : { why }),
    try: ['Check the username in Rocket.Chat, or write a Matrix id in full: @alice:example.org'],
  });

async function assertMayWrite({ federation }: BridgeParts, user: WorkspaceUser): Promise<void> {
  const verdict = await federation.mayFederate(user, 'write');
  if (!verdict.allowed)
    throw new RcfedError('RCFED_NOT_ALLOWED', `${user.username} may not write to people on Matrix`, verdict);
}

async function assertRoomFor(parts: BridgeParts, people: number): Promise<void> {
  const { directMembers } = await parts.settings();
  if (people > directMembers)
    throw new RcfedError(
      'RCFED_TOO_MANY_PEOPLE',
      `A direct message has at most ${directMembers} people, these are ${people}`,
    );
}

/**
 * Our own homeserver knows its people; another one may show no profiles, and an invitation still work.
 * https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv3profileuserid
 */
async function doubts(parts: BridgeParts, id: MatrixUserId): Promise<readonly string[]> {
  try {
    if ((await parts.homeserver.profile(id)) !== undefined) return [];
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure === 'network') throw error;
    if (error.status !== 404) return [`The server of ${id} does not answer: they are invited all the same.`];
  }
  if (id.endsWith(`:${parts.identity.serverName}`))
    throw new RcfedError('RCFED_PERSON_UNKNOWN', `${id} is nobody on this homeserver`, {
      try: [`rcfed invite verify ${id}`],
    });
  return [`${id} is not known on their server: the invitation may still reach them.`];
}
