import type { MatrixRoomId, MatrixUserId, WorkspaceRoomId } from '../../core/ids.ts';
import { serverOf } from '../../matrix/server-name.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { settleWaiting } from '../ends/waiting-rows.ts';
import type { WorkspaceAuthor } from '../events.ts';
import { newestEvent } from '../homeserver/catch-up.ts';
import { BRIDGE_STATE } from '../homeserver/room-claim.ts';
import { ANNOUNCED } from './announced.ts';
import { homeserverIn } from './hands.ts';
import { requestOf } from './direct-request.ts';
import { closeLost, hasLostRoom, uncarriedSince } from './lost-room.ts';
import { mayWrite, refuseOpening } from './may-write.ts';
import {
  type Opened,
  type OpeningParts,
  OPENED,
  activate,
  beginAfter,
  directName,
  notRefused,
  readOn,
  refuseUpTo,
  setMembers,
  settled,
  sinceOf,
} from './opening.ts';
import { sayAsPuppet } from './refuse.ts';
import { unknownMessages } from './unknown-message.ts';

/**
 * Who may change what. Pins and the room's name are everybody's, as in Rocket.Chat; encryption is nobody's but ours,
 * since it would make the conversation unreadable on the other side for ever.
 */
const EVENT_LEVELS = {
  'm.room.pinned_events': 0,
  'm.room.name': 0,
  'm.room.avatar': 0,
  'm.room.topic': 0,
  'm.room.power_levels': 100,
  'm.room.history_visibility': 100,
  'm.room.encryption': 100,
  'm.room.server_acl': 100,
  'm.room.tombstone': 100,
};

const CREATE = 'createRoom';

/** Those in a direct message. */
interface Company {
  readonly users: readonly WorkspaceAuthor[];
  readonly puppets: readonly Person[];
}

/** Somebody in Rocket.Chat wrote to a puppet, or asked for it: their ghost makes the room on Matrix and invites. */
export async function openFromWorkspace(opening: OpeningParts, row: InboxRow): Promise<Opened> {
  const { store } = opening.parts;
  return opening.serial.run(row.ref as WorkspaceRoomId, async () => {
    const { from } = requestOf(row);
    const before = from === undefined ? undefined : await store.portals.byId(from);
    if (before === undefined) return openFor(opening, row, undefined);
    if (before.state === 'active') {
      if (!(await hasLostRoom(opening.parts, before))) return settled('open already');
      await closeLost(opening, before);
    }
    const opened = await openFor(opening, row, before);
    if (opened.kind === 'settled') await settleWaiting(opening.parts, before, opened.outcome);
    return opened;
  });
}

/** @param before the closed portal whose messages wait for another Matrix room; undefined: somebody wrote first. */
async function openFor(opening: OpeningParts, row: InboxRow, before: Portal | undefined): Promise<Opened> {
  const roomId = row.ref as WorkspaceRoomId;
  const { parts, puppets } = opening;
  const existing = await parts.store.portals.byWorkspaceRoom(roomId);
  if (existing?.state === 'active') return settled('open already');
  // Its room was made on Matrix: the invitation there goes on with it.
  if (existing?.matrixRoomId !== undefined && !(await madeHere(opening, row))) return { kind: 'later' };
  const { reader, by } = requestOf(row);
  const voice = await puppets.account(reader);
  const company = await companyOf(opening, await voice.api.members({ id: roomId, type: 'd' }));
  const since = Math.max(sinceOf(row), await notRefused(parts, roomId));
  const from = before === undefined ? since : Math.max(since, await uncarriedSince(parts, before));
  const unknown = await unknownMessages(parts, voice.api, roomId, from);
  const [first] = unknown;
  const author = company.users.find(({ id }) => id === (by ?? first?.author.id)) ?? company.users[0];
  const isAskedFor = by !== undefined || existing !== undefined || (await waitsOnMatrix(parts, before));
  if (first === undefined && !isAskedFor) return settled('gone');
  const blocked = company.puppets.find(({ matrixUserId }) => !parts.access.admitsUser(matrixUserId));
  if (blocked !== undefined) {
    const server = serverOf(blocked.matrixUserId);
    parts.log('warn', 'notice.direct-refused', { room: roomId, reason: 'blocked', server });
    const text = `People of ${server} can't be written to from here: an administrator of the bridge does not admit that server.`;
    await sayAsPuppet(parts, voice.api, roomId, `blocked:${roomId}:${server}`, text);
    return settled('blocked');
  }
  if (author === undefined) return settled('nobody of the workspace is in it');
  if (!(await mayWrite(parts, author))) {
    const last = unknown.at(-1);
    if (last !== undefined) await refuseUpTo(parts, roomId, last.at);
    return settled(await refuseOpening(parts, voice.api, roomId, author));
  }
  await openRoom(opening, row, { existing, reader, author, company, since, before });
  return OPENED;
}

/** Something was written on Matrix that has not been said in Rocket.Chat yet. */
async function waitsOnMatrix({ store }: OpeningParts['parts'], before: Portal | undefined): Promise<boolean> {
  return before !== undefined && (await store.inbox.head(before.lane, 'homeserver')) !== undefined;
}

async function madeHere({ parts }: OpeningParts, row: InboxRow): Promise<boolean> {
  return (await parts.store.attempts.of(row.id)).some(({ step }) => step === CREATE);
}

async function companyOf({ parts }: OpeningParts, members: readonly WorkspaceUser[]): Promise<Company> {
  const users: WorkspaceAuthor[] = [];
  const puppets: Person[] = [];
  for (const { id, username, name } of members) {
    const person = await parts.store.people.byWorkspaceUser(id);
    if (person?.kind === 'puppet') puppets.push(person);
    else if (id !== parts.identity.workspaceBot) users.push({ id, username, name });
  }
  return { users, puppets };
}

interface Plan {
  readonly existing: Portal | undefined;
  readonly reader: MatrixUserId;
  /** Whose ghost makes the room. */
  readonly author: WorkspaceAuthor;
  readonly company: Company;
  /** From when on messages are carried, ms. */
  readonly since: number;
  readonly before: Portal | undefined;
}

async function openRoom(opening: OpeningParts, row: InboxRow, plan: Plan): Promise<void> {
  const { parts, ghosts } = opening;
  const { company } = plan;
  const portal = plan.existing ?? (await claim(opening, row, plan));
  parts.passed('open:claimed');
  await setMembers(
    parts,
    portal,
    company.puppets.map(({ matrixUserId }) => matrixUserId),
  );
  const hand = homeserverIn(parts, portal);
  const matrixRoomId = portal.matrixRoomId ?? (await makeRoom(opening, row, portal, company));
  // Before anybody is invited all that is in the room is ours.
  const newest = await newestEvent({ ...parts, homeserver: hand }, matrixRoomId);
  if (newest !== undefined) await beginAfter(parts, portal, newest);
  for (const { matrixUserId } of company.puppets) await hand.inviteDirect(matrixRoomId, matrixUserId);
  for (const user of company.users) await ghosts.inRoom({ ...portal, matrixRoomId }, user);
  if (plan.before !== undefined) await readOn(parts, plan.before.id, portal);
  await activate(opening, portal, matrixRoomId, plan.since);
}

async function claim({ parts, ghosts }: OpeningParts, row: InboxRow, plan: Plan): Promise<Portal> {
  const ghost = await ghosts.account(plan.author);
  const { portal } = await parts.store.portals.create({
    workspaceRoomId: row.ref as WorkspaceRoomId,
    matrixRoomId: undefined,
    state: 'linking',
    roomType: 'd',
    name: directName(
      plan.company.puppets.map(({ username }) => username),
      plan.company.users.map(({ username }) => username),
    ),
    alias: undefined,
    retention: 'keep',
    direct: { puppet: plan.reader, ghost: ghost.userId },
  });
  return portal;
}

/** createRoom takes no key of ours: a try without an answer is looked for among the ghost's rooms. */
async function makeRoom(
  { parts, ghosts }: OpeningParts,
  row: InboxRow,
  portal: Portal,
  company: Company,
): Promise<MatrixRoomId> {
  const hand = homeserverIn(parts, portal);
  const { workspaceId, bridgeId } = parts.identity;
  const people = company.puppets.map(({ matrixUserId }) => matrixUserId);
  for (const user of company.users) people.push((await ghosts.account(user)).userId);
  const claimContent = { bridge: bridgeId, room: portal.workspaceRoomId, portal: portal.id, [ANNOUNCED]: people };
  const open = await parts.store.attempts.open(row.id, CREATE);
  const found = open === undefined ? undefined : await findRoom(parts, portal);
  const attempt = open?.id ?? (await parts.store.attempts.begin(row.id, CREATE));
  const roomId =
    found ??
    (await hand.createRoom({
      preset: 'private_chat',
      visibility: 'private',
      isDirect: true,
      powerLevels: { events: EVENT_LEVELS },
      initialState: [{ type: BRIDGE_STATE, stateKey: workspaceId, content: claimContent }],
    }));
  parts.passed('open:room-made');
  await parts.store.portals.update(portal.id, { matrixRoomId: roomId });
  await parts.store.attempts.end(attempt, 'ok', roomId);
  return roomId;
}

/** The room that says in its state that it was made for this portal. */
async function findRoom(parts: OpeningParts['parts'], portal: Portal): Promise<MatrixRoomId | undefined> {
  const hand = homeserverIn(parts, portal);
  const { workspaceId, bridgeId } = parts.identity;
  for (const roomId of await hand.joinedRooms()) {
    const claimed = await hand.state(roomId, BRIDGE_STATE, workspaceId);
    if (claimed?.['bridge'] === bridgeId && claimed['portal'] === portal.id) return roomId;
  }
  return undefined;
}
