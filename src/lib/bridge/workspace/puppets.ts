import { randomBytes } from 'node:crypto';
import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { Secret } from '../../core/secret.ts';
import { puppetUsername } from '../../matrix/puppet-name.ts';
import { serverOf } from '../../matrix/server-name.ts';
import type { WorkspaceApi, WorkspaceUser } from '../../rocketchat/types.ts';
import type { Person } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import { Remembered } from '../remembered.ts';
import { SerialByKey } from '../serial.ts';
import { ensureAwake } from '../ends/sleeping-puppets.ts';
import { assertAdmitted } from '../service/access.ts';
import { asPuppet } from './as-puppet.ts';
import { ensureAccount, randomPassword } from './puppet-account.ts';
import { type Naming, carryPicture, puppetLook } from './puppet-profile.ts';
import { createSeats, tellNoSeat } from './seats.ts';

const TOKEN_NAME = 'rcfed';

/** A person's voice in Rocket.Chat: their puppet, or the bot with their name. */
export interface Voice {
  readonly api: WorkspaceApi;
  readonly userId: WorkspaceUserId;
  /** Set when the bot speaks for them. */
  readonly alias: string | undefined;
}

/** Rocket.Chat accounts that stand for Matrix users. */
export interface Puppets {
  /** The puppet of that user, made, logged in and a member of the portal's room; the bot where there is no seat for one, which is said. */
  inRoom(portal: Portal, matrixUserId: MatrixUserId): Promise<Voice>;
  /** The puppet of that user, made and logged in, wherever it is a member. Throws in alias mode. */
  account(matrixUserId: MatrixUserId): Promise<Voice>;
  /** Whether that user has a puppet, or may have one. */
  hasSeat(matrixUserId: MatrixUserId): Promise<boolean>;
  /** Forgets that the puppet's token works. */
  distrustAccount(matrixUserId: MatrixUserId): Promise<void>;
  /** Somebody who has left, or is about to: the next use makes sure that the puppet is a member. */
  left(portal: Portal, matrixUserId: MatrixUserId): void;
  /** The bot, under that user's name. */
  bot(matrixUserId: MatrixUserId): Promise<Voice>;
  /** Forgets membership, unless somebody removed them, and token: the next use makes sure of both. */
  distrust(portal: Portal, matrixUserId: MatrixUserId): Promise<void>;
}

/** `onEntered`: somebody's puppet became a member of that portal's room. */
export function createPuppets(
  parts: BridgeParts,
  naming: Naming,
  onEntered: (portal: Portal, matrixUserId: MatrixUserId) => void = () => {},
): Puppets {
  const serial = new SerialByKey<MatrixUserId>();
  const voices = new Remembered<Voice>();
  const seats = createSeats(parts);
  /** undefined: the workspace has no seat for their puppet. */
  const seated = (matrixUserId: MatrixUserId): Promise<Person | undefined> =>
    seats.keptFor(matrixUserId, async () => {
      try {
        return await ensurePuppet(parts, naming, matrixUserId);
      } catch (error) {
        if (!seats.refused(error)) throw error;
        return undefined;
      }
    });
  return {
    async inRoom(portal, matrixUserId) {
      if (parts.identity.mode === 'alias') return botVoice(parts, naming, matrixUserId);
      const known = voices.get(portal, matrixUserId);
      if (known !== undefined) return known;
      return serial.run(matrixUserId, async () => {
        const person = await seated(matrixUserId);
        if (person === undefined) {
          await tellNoSeat(parts, portal, matrixUserId);
          return botVoice(parts, naming, matrixUserId);
        }
        if (await entersRoom(parts, portal, person)) onEntered(portal, matrixUserId);
        const voice = puppetVoice(parts, person);
        voices.set(portal, matrixUserId, voice);
        return voice;
      });
    },
    account: (matrixUserId) =>
      serial.run(matrixUserId, async () => puppetVoice(parts, await ensurePuppet(parts, naming, matrixUserId))),
    hasSeat: async (matrixUserId) => parts.identity.mode === 'puppets' && (await seats.areFor(matrixUserId)),
    left: (portal, matrixUserId) => voices.forget(portal, matrixUserId),
    bot: (matrixUserId) => botVoice(parts, naming, matrixUserId),
    async distrust(portal, matrixUserId) {
      voices.forget(portal, matrixUserId);
      const person = await parts.store.people.byMatrixUser(matrixUserId);
      if (person === undefined) return;
      // Who is in a direct message is settled when it is opened.
      if (portal.direct === undefined && !(await wasRemoved(parts, portal, person)))
        await parts.store.people.setMember(portal.id, person.id, false);
      await parts.store.people.update(person.id, { ready: false });
    },
    async distrustAccount(matrixUserId) {
      const person = await parts.store.people.byMatrixUser(matrixUserId);
      if (person !== undefined) await parts.store.people.update(person.id, { ready: false });
    },
  };
}

function puppetVoice(parts: BridgeParts, person: Person): Voice {
  const account = asPuppet(parts, person);
  if (account === undefined) throw new Error(`puppet of ${person.matrixUserId} has no account`);
  return { ...account, alias: undefined };
}

async function botVoice(parts: BridgeParts, naming: Naming, matrixUserId: MatrixUserId): Promise<Voice> {
  const known = await parts.store.people.byMatrixUser(matrixUserId);
  const alias = known?.displayName ?? (await lookOf(parts, naming, matrixUserId)).displayName;
  return { api: parts.workspace, userId: parts.identity.workspaceBot, alias };
}

/** Without an answer of the homeserver as somebody who has neither name nor picture. */
async function lookOf(parts: BridgeParts, naming: Naming, matrixUserId: MatrixUserId) {
  const profile = await parts.homeserver.profile(matrixUserId).catch(() => undefined);
  return puppetLook({ matrixUserId }, profile, naming);
}

/**
 * The person's row, with username and password, is committed before the account is made: after a crash
 * in between, the account that has our address is recognised as this person's and taken over.
 */
async function ensurePuppet(parts: BridgeParts, naming: Naming, matrixUserId: MatrixUserId): Promise<Person> {
  let person = await parts.store.people.byMatrixUser(matrixUserId);
  if (person?.ready === true) return person;
  // Whoever wants it has been through this; an account of somebody who is kept out must never come to be.
  if (person === undefined) assertAdmitted(parts, serverOf(matrixUserId));
  person ??= await chooseUsername(parts, naming, matrixUserId);
  const account = await ensureAccount(parts, person);
  await ensureAwake(parts, person, account);
  const password = person.password ?? new Secret(randomPassword());
  const token = await freshToken(parts, account, password);
  const isNew = person.workspaceUserId === undefined;
  const avatar = isNew ? await firstPicture(parts, naming, { ...person, workspaceUserId: account.id }) : person.avatar;
  return parts.store.people.update(person.id, {
    workspaceUserId: account.id,
    avatar,
    username: account.username,
    password,
    token,
    ready: true,
  });
}

async function chooseUsername(parts: BridgeParts, naming: Naming, matrixUserId: MatrixUserId): Promise<Person> {
  const wanted = puppetUsername(matrixUserId);
  const taken = (await parts.store.people.byUsername('puppet', wanted)) !== undefined;
  return parts.store.people.add({
    kind: 'puppet',
    matrixUserId,
    workspaceUserId: undefined,
    username: taken ? puppetUsername(matrixUserId, 1) : wanted,
    displayName: (await lookOf(parts, naming, matrixUserId)).displayName,
    avatar: undefined,
    token: undefined,
    password: new Secret(randomPassword()),
    ready: false,
  });
}

/** By somebody in Rocket.Chat, which is still to be carried over: adding them would undo it. Until then the bot speaks. */
async function wasRemoved({ store, workspace }: BridgeParts, portal: Portal, person: Person): Promise<boolean> {
  const { workspaceUserId: id } = person;
  if (id === undefined || !(await store.people.isMember(portal.id, person.id))) return false;
  if ((await workspace.userById(id))?.active !== true) return false;
  return !(await workspace.isInRoom({ id: portal.workspaceRoomId, type: portal.roomType }, id));
}

/** Logs in and makes a personal access token; a password that no longer works is set anew by the bot. */
async function freshToken(parts: BridgeParts, account: WorkspaceUser, password: Secret): Promise<Secret> {
  const logIn = (): ReturnType<WorkspaceApi['login']> => parts.workspace.login(account.username, password);
  let credentials;
  try {
    credentials = await logIn();
  } catch (error) {
    if (!(error instanceof RemoteError) || (error.status !== 401 && error.status !== 403)) throw error;
    await parts.workspace.setPassword(account.id, password);
    credentials = await logIn();
  }
  // Unique: a name can be used once, and an older token of that name may be revoked but still listed.
  const name = `${TOKEN_NAME}-${randomBytes(4).toString('hex')}`;
  return parts.workspace.as(credentials).createPersonalAccessToken(name, password);
}

/** One that can't be had is tried again when looks are compared; the message doesn't wait for it. */
async function firstPicture(parts: BridgeParts, naming: Naming, person: Person): Promise<string | undefined> {
  try {
    const { avatar } = await lookOf(parts, naming, person.matrixUserId);
    await carryPicture(parts, person, avatar);
    return avatar;
  } catch (error) {
    parts.log('warn', 'puppet.no-avatar', { user: person.matrixUserId, reason: (error as Error).message });
    return undefined;
  }
}

/** False: they were a member before. */
async function entersRoom(parts: BridgeParts, portal: Portal, person: Person): Promise<boolean> {
  if (await parts.store.people.isMember(portal.id, person.id)) return false;
  if (person.workspaceUserId === undefined) return false;
  await parts.workspace.addToRoom({ id: portal.workspaceRoomId, type: portal.roomType }, person.workspaceUserId);
  await parts.store.people.setMember(portal.id, person.id, true);
  return true;
}
