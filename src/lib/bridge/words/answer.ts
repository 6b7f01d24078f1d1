import { operations } from '../../admin/operations.ts';
import { createAssertRight } from '../../admin/person-rights.ts';
import type { Caller } from '../../admin/authorise.ts';
import { RcfedError } from '../../core/errors.ts';
import type { WorkspaceRoomId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { toWorkspace } from '../../format/to-workspace.ts';
import type { RawMessage, WorkspaceUser } from '../../rocketchat/types.ts';
import { parseSlash } from '../../slash/parse.ts';
import type { SlashService } from '../../slash/slash-word.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { messageIdFor } from '../effect-ids.ts';
import { classify } from '../failures.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import type { BridgeService } from '../service/views.ts';
import { type WorkspaceMessage, readMessage } from '../workspace/message.ts';
import { helpIn, isSaidHere } from './help.ts';

/**
 * Does what somebody wrote to the bridge, with their rights, and says there what came of it; in a federated room in
 * a thread. Doing it twice is harmless, and the second answer is the first. Answers how the row is settled.
 * @throws RemoteError: the workspace does not work, or the bot may not write there
 */
export async function answerTo(
  parts: BridgeParts,
  portals: PortalIndex,
  service: BridgeService,
  row: InboxRow,
): Promise<string> {
  const message = readMessage(JSON.parse(row.body ?? '{}') as RawMessage);
  if (message === undefined) return 'malformed';
  const id = messageIdFor(parts.store.effectKey, 0, `word:${message.id}`, 0, 0);
  if ((await parts.workspace.getMessage(id)) !== undefined) return 'answered';
  const user = await parts.workspace.userById(message.author.id);
  // Two bots would answer each other for ever.
  if (user === undefined || !user.active || user.roles.includes('bot')) return 'not from a person';
  const portal = portals.ofWorkspaceRoom(message.roomId);
  const lines = await performed(parts, service, { user, portal, text: message.text });
  await say(parts, message, portal, id, lines);
  return 'answered';
}

interface Said {
  readonly user: WorkspaceUser;
  /** undefined: in a direct message with the bot. */
  readonly portal: Portal | undefined;
  readonly text: string;
}

async function performed(parts: BridgeParts, service: BridgeService, said: Said): Promise<readonly string[]> {
  const { user, portal, text } = said;
  try {
    const { word, words } = parseSlash(text);
    if (word.name === 'help') return helpIn(portal === undefined ? 'direct message' : 'room');
    if (word.inRoom && !isSaidHere(word.name))
      return ["Who runs the bridge ends a room's federation: rcfed rooms leave ROOM"];
    if (word.inRoom && portal === undefined)
      return [`Write it in the federated room that it is about: !${word.name} ${word.takes}`];
    const asked = {
      service: serviceFor(parts, service, said),
      room: portal?.workspaceRoomId,
      as: user.username,
      dryRun: false,
    };
    const { lines, warnings = [] } = await word.run(words, asked);
    return [...lines, ...warnings];
  } catch (error) {
    if (error instanceof RcfedError) return inWords(error, portal);
    if (!(error instanceof RemoteError) || classify(error, { asPerson: false }).about === 'side') throw error;
    return [`It was refused: ${error.answer ?? error.inShort}.`];
  }
}

/** What to do about it is said for a terminal elsewhere, and here only how to find out what there is. */
function inWords({ code, message, why }: RcfedError, portal: Portal | undefined): readonly string[] {
  const help =
    portal === undefined ? 'Write help to see what there is.' : 'Write !federation help to see what there is.';
  return [`${message}.`, ...(why === undefined ? [] : [why]), ...(code === 'RCFED_COMMAND_UNKNOWN' ? [help] : [])];
}

/** The admin API, as that person would reach it. */
function serviceFor(parts: BridgeParts, service: BridgeService, { user, portal }: Said): SlashService {
  const assertRight = createAssertRight(parts);
  const caller: Caller = user.roles.includes('admin')
    ? { rights: 'admin' }
    : {
        rights: 'person',
        user,
        workspace: { ...parts.workspace, ownRolesIn: (id) => rolesIn(parts, user, portal, id) },
      };
  const ask = async <Data>(operation: string, body: object): Promise<Data> =>
    (await operations[operation]?.run(service, body, caller, assertRight)) as Data;
  return {
    openDirect: (request) => ask('open-direct', request),
    search: (request) => ask('search', request),
    invite: (request) => ask('invite', request),
    changeMembers: (request) => ask('change-members', request),
    changeRoom: (request) => ask('change-room', request),
    join: (request) => ask('join', request),
    leave: (request) => ask('leave', request),
  };
}

/** Whoever writes in a room is in it. In direct messages nobody has a role, and our bot sees none. */
async function rolesIn(
  { store, workspace }: BridgeParts,
  user: WorkspaceUser,
  here: Portal | undefined,
  id: WorkspaceRoomId,
): Promise<readonly string[] | undefined> {
  const portal = here?.workspaceRoomId === id ? here : await store.portals.byWorkspaceRoom(id);
  if (portal === undefined || portal.direct !== undefined) return undefined;
  const room = { id, type: portal.roomType };
  if (portal !== here && !(await workspace.isInRoom(room, user.id))) return undefined;
  return (await workspace.roomRoles(room)).get(user.id) ?? [];
}

async function say(
  parts: BridgeParts,
  { id: messageId, roomId, threadId }: WorkspaceMessage,
  portal: Portal | undefined,
  id: ReturnType<typeof messageIdFor>,
  lines: readonly string[],
): Promise<void> {
  const text = await toWorkspace({ msgtype: 'm.text', body: lines.join('\n') });
  const inThread = portal !== undefined && (await parts.settings()).threads;
  const root = threadId ?? (inThread ? messageId : undefined);
  await parts.workspace.sendMessage({ id, roomId, text, ...(root === undefined ? {} : { threadId: root }) });
}
