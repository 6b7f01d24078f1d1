import type { Profile } from '../../store/people-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { AgreedChange } from '../../store/settlement-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { Standing } from './standing.ts';

/*
 * What both sides were last settled with is in two places: the table of members says whose ghost has joined, or whose
 * puppet is a member with its person on Matrix; three fields of what is agreed, each ending with a Matrix user id,
 * say the rest.
 */

/** Where somebody is banned: of the versions before 8 Rocket.Chat has no bans, and either side may refuse. */
type BannedOn = 'both' | 'homeserver' | 'workspace';
/**
 * A ghost's user who is no member: not any more, or never was one and writes all the same, as webhooks do. Somebody
 * who has a puppet and was in the room that this one replaced: whether they come along is for them to say.
 */
type Absence = 'left' | 'guest' | 'behind';

interface Agreement {
  readonly ban?: BannedOn | undefined;
  /** Username of who added the puppet of somebody who is to join on Matrix yet; empty: nobody knows. */
  readonly invitedBy?: string | undefined;
  readonly absence?: Absence | undefined;
}

const banField = (id: string): string => `ban:${id}`;
const inviteField = (id: string): string => `invited:${id}`;
const absenceField = (id: string): string => `absent:${id}`;

/** What a person's standing was on each side when it was last settled. */
export interface Settled extends Agreement {
  readonly onMatrix: Standing;
  readonly inWorkspace: Standing;
}

export const NEVER_SETTLED: Settled = { onMatrix: 'out', inWorkspace: 'out' };

export async function settledOf(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  person: Pick<Profile, 'id' | 'matrixUserId'>,
): Promise<Settled> {
  const fields = await store.agreed.of(portal.id);
  return settledWith(fields, person, await store.people.isMember(portal.id, person.id));
}

/** The same of many, with what was read once for all. */
export function settledWith(
  fields: ReadonlyMap<string, string>,
  { matrixUserId: id }: Pick<Profile, 'matrixUserId'>,
  isMember: boolean,
): Settled {
  const ban = fields.get(banField(id)) as BannedOn | undefined;
  const absence = fields.get(absenceField(id)) as Absence | undefined;
  const invitedBy = fields.get(inviteField(id));
  const isInvited = invitedBy !== undefined;
  const onMatrix = isMember && absence !== 'behind' ? 'in' : isInvited ? 'invited' : 'out';
  const inWorkspace = isInvited || (isMember && absence !== 'guest') ? 'in' : 'out';
  return {
    ban,
    absence,
    invitedBy,
    onMatrix: ban === 'both' || ban === 'homeserver' ? 'banned' : onMatrix,
    inWorkspace: ban === 'both' || ban === 'workspace' ? 'banned' : inWorkspace,
  };
}

/** Everything that is agreed of a person from now on; what is left out is so no longer. */
export function agreementOf(
  portal: Portal,
  { matrixUserId: id }: Pick<Profile, 'matrixUserId'>,
  { ban, invitedBy, absence }: Agreement,
): AgreedChange {
  const fields = new Map([
    [banField(id), ban],
    [inviteField(id), invitedBy],
    [absenceField(id), absence],
  ]);
  return { portalId: portal.id, fields };
}

/** Writes whether they are a member; the rest is to be settled with the row. */
export async function settleMember(
  { store }: Pick<BridgeParts, 'store'>,
  portal: Portal,
  person: Pick<Profile, 'id' | 'matrixUserId'>,
  isMember: boolean,
  agreement: Agreement = {},
): Promise<{ readonly agreed: AgreedChange }> {
  await store.people.setMember(portal.id, person.id, isMember);
  return { agreed: agreementOf(portal, person, agreement) };
}
