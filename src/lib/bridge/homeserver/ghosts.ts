import type { MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { WorkspaceAuthor } from '../events.ts';
import { refusalOf } from '../membership/refusal.ts';
import { everStandingOnMatrix } from '../membership/standing.ts';
import type { BridgeParts } from '../parts.ts';
import { Remembered } from '../remembered.ts';
import { SerialByKey } from '../serial.ts';
import { idForGhost } from './ghost-id.ts';
import { type GhostLook, carryAvatar, nameOnMatrix } from './ghost-profile.ts';

/** Matrix accounts that stand for Rocket.Chat users. */
export interface Ghosts {
  /** The ghost of that user, made, named and joined to the portal's room if it is not yet. */
  inRoom(portal: Portal, author: WorkspaceAuthor): Promise<MatrixApi>;
  /** As {@link Ghosts.inRoom}, for one who has nothing to say: that they are a member is known. */
  join(portal: Portal, author: WorkspaceAuthor): Promise<MatrixApi>;
  /** Somebody who has left, or is about to: the next use makes sure that the ghost is joined. */
  left(portal: Portal, author: Pick<WorkspaceAuthor, 'id'>): void;
  /** The ghost of that user, made and named, wherever it is joined. */
  account(author: WorkspaceAuthor): Promise<MatrixApi>;
  /** Forgets that the ghost is joined, unless somebody put it out, and has its device: the next use makes sure of both. */
  distrust(portal: Portal, author: WorkspaceAuthor): Promise<void>;
  /** Forgets who is joined in the portal's room: it has another one. */
  forgetRoom(portal: Portal): void;
  /** A ghost that spoke before, still joined. */
  again(portal: Portal, matrixUserId: MatrixUserId): Promise<MatrixApi>;
}

interface GhostHooks {
  /** An author passes, with the name that their message has. */
  readonly onSeen: (author: WorkspaceAuthor) => void;
  /** A ghost joined a room for what it has to say. */
  readonly onEntered: (portal: Portal, author: WorkspaceAuthor) => void;
}

/** Where no bridge runs that would follow it. */
const UNHEARD: GhostHooks = { onSeen: () => {}, onEntered: () => {} };

export function createGhosts(parts: BridgeParts, { onSeen, onEntered }: GhostHooks = UNHEARD): Ghosts {
  const serial = new SerialByKey<string>();
  const joined = new Remembered<MatrixApi>();
  const join = (portal: Portal, author: WorkspaceAuthor, entered = () => {}): Promise<MatrixApi> => {
    const known = joined.get(portal, author.id);
    if (known !== undefined) return Promise.resolve(known);
    return serial.run(author.id, async () => {
      const person = await ensureGhost(parts, author);
      const api = parts.homeserver.as(person.matrixUserId);
      if (await ensureJoined(parts, portal, person, api)) entered();
      joined.set(portal, author.id, api);
      return api;
    });
  };
  const inRoom = (portal: Portal, author: WorkspaceAuthor): Promise<MatrixApi> => {
    onSeen(author);
    return join(portal, author, () => onEntered(portal, author));
  };
  return {
    inRoom,
    join: (portal, author) => join(portal, author),
    left: (portal, { id }) => joined.forget(portal, id),
    account: (author) =>
      serial.run(author.id, async () => parts.homeserver.as((await ensureGhost(parts, author)).matrixUserId)),
    async distrust(portal, author) {
      joined.forget(portal, author.id);
      const person = await parts.store.people.byWorkspaceUser(author.id);
      if (person === undefined) return;
      if (!(await wasPutOut(parts, portal, person))) await parts.store.people.setMember(portal.id, person.id, false);
      await parts.store.people.update(person.id, { ready: false });
    },
    forgetRoom: (portal) => joined.forgetPortal(portal),
    async again(portal, matrixUserId) {
      const person = await parts.store.people.byMatrixUser(matrixUserId);
      if (person?.workspaceUserId === undefined) return parts.homeserver.as(matrixUserId);
      return inRoom(portal, { id: person.workspaceUserId, username: person.username, name: person.displayName });
    },
  };
}

/** By somebody on Matrix, which is still to be carried over: joining again would undo it. Until then the bot speaks. */
async function wasPutOut(parts: BridgeParts, portal: Portal, person: Person): Promise<boolean> {
  if (portal.direct !== undefined || !(await parts.store.people.isMember(portal.id, person.id))) return false;
  const asked = everStandingOnMatrix(parts, portal, person.matrixUserId);
  if ((await refusalOf(asked)) !== undefined) return false;
  const standing = await asked;
  return standing === 'out' || standing === 'banned';
}

async function ensureGhost(parts: BridgeParts, author: WorkspaceAuthor): Promise<Person> {
  const known = await parts.store.people.byWorkspaceUser(author.id);
  const person = known ?? (await chooseGhost(parts, author));
  if (person.ready) return person;
  const localpart = person.matrixUserId.slice(1, person.matrixUserId.indexOf(':'));
  await parts.homeserver.registerGhost(localpart);
  const api = parts.homeserver.as(person.matrixUserId);
  await api.ensureDevice();
  const look = await lookOf(parts, author);
  await setName(parts, api, nameOnMatrix(look));
  const isPictured = await hasPicture(parts, person, look);
  return parts.store.people.update(person.id, {
    ready: true,
    username: look.username,
    displayName: nameOnMatrix(look),
    avatar: isPictured ? look.avatarEtag : undefined,
  });
}

/** As they are now: a message that waited has the name from then. */
async function lookOf(parts: BridgeParts, author: WorkspaceAuthor): Promise<GhostLook> {
  try {
    return (await parts.workspace.userById(author.id)) ?? author;
  } catch {
    return author;
  }
}

/** A homeserver may keep people from changing names, and messages come under the one that is there. */
async function setName(parts: BridgeParts, api: MatrixApi, name: string): Promise<void> {
  try {
    await api.setDisplayName(name);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || error.status !== 400) throw error;
    parts.log('warn', 'ghost.not-named', { ghost: api.userId, reason: error.message });
  }
}

/** A picture that can't be had is tried again when looks are compared; the message doesn't wait for it. */
async function hasPicture(parts: BridgeParts, person: Person, look: GhostLook): Promise<boolean> {
  try {
    await carryAvatar(parts, person, look);
    return true;
  } catch (error) {
    parts.log('warn', 'ghost.no-avatar', { user: look.username, reason: (error as Error).message });
    return false;
  }
}

/** A ghost belongs to the user's id for ever. */
async function chooseGhost(parts: BridgeParts, author: WorkspaceAuthor): Promise<Person> {
  return parts.store.people.add({
    kind: 'ghost',
    matrixUserId: await idForGhost(parts, author),
    workspaceUserId: author.id,
    username: author.username,
    displayName: author.name,
    avatar: undefined,
    token: undefined,
    password: undefined,
    ready: false,
  });
}

/** Answers whether it had to join. */
async function ensureJoined(parts: BridgeParts, portal: Portal, person: Person, api: MatrixApi): Promise<boolean> {
  if (portal.matrixRoomId === undefined || (await parts.store.people.isMember(portal.id, person.id))) return false;
  const inviter = homeserverIn(parts, portal);
  if (portal.roomType === 'p') await inviter.invite(portal.matrixRoomId, person.matrixUserId);
  await joinOrBeInvited(inviter, portal.matrixRoomId, person, api);
  await parts.store.people.setMember(portal.id, person.id, true);
  return true;
}

async function joinOrBeInvited(
  inviter: MatrixApi,
  roomId: NonNullable<Portal['matrixRoomId']>,
  person: Person,
  api: MatrixApi,
): Promise<void> {
  try {
    await api.join(roomId);
  } catch {
    // The room's join rule may want an invitation, whatever kind of room it is in Rocket.Chat.
    await inviter.invite(roomId, person.matrixUserId);
    await api.join(roomId);
  }
}
