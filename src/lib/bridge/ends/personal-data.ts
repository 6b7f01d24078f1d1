import type { EventId, MatrixUserId } from '../../core/ids.ts';
import { parseUserId } from '../../matrix/user-id.ts';
import type { Somebody } from '../../store/personal-types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Portal, PortalId } from '../../store/portal-types.ts';
import { homeserverIn, partsIn } from '../direct/hands.ts';
import type { BridgeParts } from '../parts.ts';
import type { PersonalDataView, PersonalMessage, PersonalPage, PersonalRoom } from '../service/personal-view.ts';
import { readFiles } from '../workspace/message-files.ts';
import { readMessage } from '../workspace/message.ts';
import { type FoundPerson, personNamed } from './somebody.ts';

/** Each message is a request. */
const PAGE = 25;

/** All that the bridge knows of a person, and who else does. */
export async function personalData(parts: BridgeParts, text: string): Promise<PersonalDataView> {
  const found = await personNamed(parts, text);
  const { who, person, username } = found;
  const { personal } = parts.store;
  const portals = await portalsWith(parts, found);
  const names = new Map(portals.map(({ id, name }) => [id, name]));
  const memberOf = new Set(person === undefined ? [] : await personal.portalsOf(person.id));
  const { messages, edits } = await personal.totals(who);
  return {
    person: {
      home: who.home === 'workspace' ? 'rocketchat' : 'matrix',
      matrixUserId: who.matrixUserId,
      workspaceUserId: who.workspaceUserId ?? null,
      username: username ?? null,
      displayName: person?.displayName ?? null,
    },
    rooms: portals.map((portal) => roomOf(portal, memberOf)),
    messages,
    edits,
    reactions: (await personal.reactions(who)).map(({ portalId, messageId, eventId, emoji }) => ({
      room: names.get(portalId) ?? null,
      messageId,
      eventId,
      emoji,
    })),
    polls: (await personal.polls(who)).map(({ eventId, kind, ts, content }) => ({
      eventId,
      kind,
      at: new Date(ts).toISOString(),
      content,
    })),
    keptTexts: await personal.bodies(who),
    credentials: person?.token !== undefined || person?.password !== undefined,
    servers: await serversOf(parts, portals),
    warnings: await whyItMayComeAgain(parts, who, portals),
  };
}

/** One page of what they wrote, with the text as Rocket.Chat has it now. */
export async function personalMessages(
  parts: BridgeParts,
  { person, after }: { readonly person: string; readonly after?: string | undefined },
): Promise<PersonalPage> {
  const { who } = await personNamed(parts, person);
  const page = await parts.store.personal.written(who, { after: after as EventId | undefined, limit: PAGE });
  const messages: PersonalMessage[] = [];
  for (const entry of page) messages.push(await messageOf(parts, entry));
  return { messages, next: page.length < PAGE ? null : (page.at(-1)?.eventId ?? null) };
}

async function portalsWith({ store }: BridgeParts, { who, person }: FoundPerson): Promise<readonly Portal[]> {
  const memberOf = person === undefined ? [] : await store.personal.portalsOf(person.id);
  const ids = new Set<PortalId>([...memberOf, ...(await store.personal.wroteIn(who))]);
  const portals: Portal[] = [];
  for (const id of ids) {
    const portal = await store.portals.byId(id);
    if (portal !== undefined) portals.push(portal);
  }
  return portals;
}

function roomOf(portal: Portal, memberOf: ReadonlySet<PortalId>): PersonalRoom {
  const { id, name, workspaceRoomId, matrixRoomId, state } = portal;
  return { room: name, roomId: workspaceRoomId, matrixRoomId: matrixRoomId ?? null, state, member: memberOf.has(id) };
}

/** A room that can't be asked, or that we left, has its servers still: it is the rest that is named. */
async function serversOf(parts: BridgeParts, portals: readonly Portal[]): Promise<readonly string[]> {
  const servers = new Set<string>([parts.identity.serverName]);
  for (const member of await membersOf(parts, portals)) {
    const server = parseUserId(member)?.serverName;
    if (server !== undefined) servers.add(server);
  }
  return [...servers].toSorted();
}

async function membersOf(parts: BridgeParts, portals: readonly Portal[]): Promise<ReadonlySet<MatrixUserId>> {
  const members = new Set<MatrixUserId>();
  for (const portal of portals) {
    if (portal.state !== 'active' || portal.matrixRoomId === undefined) continue;
    const joined = await homeserverIn(parts, portal)
      .joinedMembers(portal.matrixRoomId)
      .catch(() => []);
    for (const member of joined) members.add(member);
  }
  return members;
}

async function whyItMayComeAgain(
  parts: BridgeParts,
  { home, matrixUserId, workspaceUserId }: Somebody,
  portals: readonly Portal[],
): Promise<readonly string[]> {
  if (home === 'homeserver') {
    const isThere = (await membersOf(parts, portals)).has(matrixUserId);
    return isThere ? ['They are still in bridged rooms: what they write from now on is carried over.'] : [];
  }
  const user = workspaceUserId === undefined ? undefined : await parts.workspace.userById(workspaceUserId);
  return user?.active === true
    ? [
        'Their account in Rocket.Chat is active: in bridged rooms they appear on Matrix again, with what they write then.',
      ]
    : [];
}

async function messageOf(parts: BridgeParts, entry: LedgerEntry): Promise<PersonalMessage> {
  const { portalId, messageId, eventId, kind, ts, redacted } = entry;
  const portal = await parts.store.portals.byId(portalId);
  const raw = kind === 'edit' || portal === undefined ? undefined : await readIn(parts, portal, entry);
  return {
    room: portal?.name ?? null,
    messageId,
    eventId,
    kind: kind === 'edit' ? 'edit' : 'message',
    at: new Date(ts).toISOString(),
    deleted: redacted,
    text: (raw && readMessage(raw)?.text) ?? null,
    files: (raw === undefined ? [] : readFiles(raw)).map(({ name, contentType, size }) => ({
      name,
      contentType,
      size: size ?? null,
    })),
  };
}

async function readIn(parts: BridgeParts, portal: Portal, { messageId }: LedgerEntry) {
  const here = await partsIn(parts, portal).catch(() => parts);
  return here.workspace.getMessage(messageId);
}
