import * as v from 'valibot';
import type { BridgeService } from '../../bridge/service/views.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, kept, type Undone, type UndoParts } from '../undone.ts';
import { throughBridge } from './through-bridge.ts';

const standing = v.picklist(['in', 'invited', 'out', 'banned']);

export const membershipChange = v.object({
  kind: v.literal('membership'),
  /** Of the Rocket.Chat room. */
  roomId: v.string(),
  /** Its name when it was changed. */
  room: v.string(),
  /** Username, or Matrix id. */
  person: v.string(),
  from: standing,
  to: standing,
});
type MembershipChange = v.InferOutput<typeof membershipChange>;
type Standing = MembershipChange['from'];

const IN_WORDS: Readonly<Record<Standing, string>> = {
  in: 'a member',
  invited: 'invited',
  out: 'not in it',
  banned: 'banned',
};

/** Who is in a room, or banned from it. */
export const membership: ChangeKind<MembershipChange> = {
  subject: ({ roomId, person }) => `${roomId} ${person}`,
  inWords: ({ room, person, from, to }) => `${person} in ${room}: ${IN_WORDS[from]} → ${IN_WORDS[to]}`,
  undo: (change, parts) => throughBridge(parts, (service) => undoMembership(change, parts, service)),
};

async function undoMembership(change: MembershipChange, parts: UndoParts, service: BridgeService): Promise<Undone> {
  const { room, roomId, person, from, to } = change;
  const now = await standingNow(change, service);
  if (typeof now !== 'string') return now;
  if (now === from || (isThere(now) && isThere(from))) return ALREADY;
  const what = `${person} is ${IN_WORDS[now]} in ${room} now`;
  if (now !== to && !(await parts.mayOverwrite(what))) return kept(`Somebody has changed it since: ${what}.`);
  if (parts.dryRun) return { outcome: 'would undo', note: null };
  if (now === 'banned') {
    const refused = await changed(change, 'unban', service);
    if (refused !== undefined) return refused;
  }
  if (from === 'banned') return (await changed(change, 'ban', service)) ?? UNDONE;
  if (from === 'out') return (isThere(now) ? await changed(change, 'kick', service) : undefined) ?? UNDONE;
  const back = await service.returnMember({ room: roomId, user: person });
  if (back.outcome === 'refused') return kept(`${person} could not be brought back: ${back.reason}.`);
  return back.outcome === 'member' ? UNDONE : { ...UNDONE, note: 'They are invited, and have to accept.' };
}

const UNDONE: Undone = { outcome: 'undone', note: null };

const isThere = (where: Standing): boolean => where === 'in' || where === 'invited';

/** Or why it can't be told. */
async function standingNow({ roomId, person }: MembershipChange, service: BridgeService): Promise<Standing | Undone> {
  const [view] = await service.changeMembers({ room: roomId, users: [person], change: 'kick', dryRun: true });
  if (view?.plan?.state.what === 'standing') return view.plan.state.from;
  return kept(`${view?.reason ?? `${person} is not known any more`}.`);
}

/** undefined: it is so now; else why not. */
async function changed(
  { roomId, person }: MembershipChange,
  change: 'kick' | 'ban' | 'unban',
  service: BridgeService,
): Promise<Undone | undefined> {
  const [view] = await service.changeMembers({ room: roomId, users: [person], change });
  return view?.outcome === 'refused' ? kept(`${person} stays as they are: ${view.reason}.`) : undefined;
}
