import type { WorkspaceUserId } from '../../core/ids.ts';
import type { Profile } from '../../store/people-types.ts';
import type { HomeserverMembershipChanged } from '../events.ts';
import { tellOnce } from '../notices/once.ts';
import { sayInWorkspace } from '../notices/say.ts';
import type { Outcome } from '../outcome.ts';
import type { Work } from '../workspace/acting.ts';
import { asPuppet } from '../workspace/as-puppet.ts';
import { refusalOf } from './refusal.ts';
import { settleMember } from './settled.ts';
import { putOutOfWorkspace } from './workspace-acts.ts';

/** A Matrix user who has a puppet came, went or was banned: the puppet does the same. */
export async function movePuppet(work: Work, event: HomeserverMembershipChanged, person: Profile): Promise<Outcome> {
  const { parts, portal, puppets } = work;
  const id = person.workspaceUserId;
  if (id === undefined) return { outcome: 'no puppet' };
  if (event.now === 'in') return enter(work, event, person, id);
  puppets.left(portal, person.matrixUserId);
  if (event.now === 'banned') return banPuppet(work, event, person, id);
  if (event.settled.onMatrix === 'banned') return unbanPuppet(work, event, person, id);
  const isDeclined = event.settled.onMatrix === 'invited';
  const refusal = await goAway(work, event, person, id);
  // Whoever must stay is tried again when people are compared next.
  if (refusal !== undefined) return { outcome: refusal };
  if (isDeclined) await tellInviter(work, event, person);
  const outcome = isDeclined ? 'invitation declined' : 'left';
  return { outcome, ...(await settleMember(parts, portal, person, false)) };
}

async function enter(
  { parts, portal, puppets }: Work,
  { settled, who }: HomeserverMembershipChanged,
  person: Profile,
  id: WorkspaceUserId,
): Promise<Outcome> {
  // Nobody joins who is banned: the ban has ended.
  if (settled.ban === 'both') await refusalOf(parts.workspace.unbanFromRoom(portal.workspaceRoomId, id));
  parts.passed('apply:before-act');
  const refusal = await refusalOf(puppets.inRoom(portal, who));
  if (refusal !== undefined) return { outcome: `not added: ${refusal.inShort}` };
  parts.passed('apply:acted');
  return { outcome: 'joined', ...(await settleMember(parts, portal, person, true)) };
}

/** @returns why they stay */
async function goAway(
  work: Work,
  { who, by }: HomeserverMembershipChanged,
  person: Profile,
  id: WorkspaceUserId,
): Promise<string | undefined> {
  const { parts, portal } = work;
  const room = { id: portal.workspaceRoomId, type: portal.roomType };
  parts.passed('apply:before-act');
  const puppet = by === who ? asPuppet(parts, await parts.store.people.byMatrixUser(who)) : undefined;
  // One whose token works no longer is removed by the bot.
  const hasLeft = await (puppet?.api.leaveRoom(room).then(() => true) ?? Promise.resolve(false)).catch(() => false);
  const refusal = hasLeft ? 'homeserver' : await putOutOfWorkspace(parts, portal, id, { banned: false });
  parts.passed('apply:acted');
  if (refusal === 'both' || refusal === 'homeserver') return undefined;
  await tellThatTheyStay(work, person, refusal.inShort);
  return `stays in Rocket.Chat: ${refusal.inShort}`;
}

async function banPuppet(
  work: Work,
  { settled }: HomeserverMembershipChanged,
  person: Profile,
  id: WorkspaceUserId,
): Promise<Outcome> {
  const { parts, portal } = work;
  if (settled.inWorkspace === 'banned') {
    return { outcome: 'banned', ...(await settleMember(parts, portal, person, false, { ban: 'both' })) };
  }
  parts.passed('apply:before-act');
  const bannedOn = await putOutOfWorkspace(parts, portal, id, { banned: true });
  parts.passed('apply:acted');
  if (bannedOn === 'both' || bannedOn === 'homeserver') {
    return { outcome: 'banned', ...(await settleMember(parts, portal, person, false, { ban: bannedOn })) };
  }
  await tellThatTheyStay(work, person, bannedOn.inShort);
  return { outcome: `stays in Rocket.Chat: ${bannedOn.inShort}` };
}

async function unbanPuppet(
  { parts, portal }: Work,
  { settled }: HomeserverMembershipChanged,
  person: Profile,
  id: WorkspaceUserId,
): Promise<Outcome> {
  const isOnBoth = settled.ban === 'both';
  const refusal = isOnBoth ? await refusalOf(parts.workspace.unbanFromRoom(portal.workspaceRoomId, id)) : undefined;
  const ban = refusal === undefined ? undefined : 'workspace';
  const outcome = refusal === undefined ? 'unbanned' : `stays banned in Rocket.Chat: ${refusal.inShort}`;
  return { outcome, ...(await settleMember(parts, portal, person, false, { ban })) };
}

async function tellInviter({ parts, portal, row }: Work, event: HomeserverMembershipChanged, person: Profile) {
  const { invitedBy = '' } = event.settled;
  const { who, by } = event;
  const deed = by === undefined || by === who ? 'turned the invitation down' : 'was uninvited on Matrix';
  parts.log('warn', 'notice.invitation-declined', { portal: portal.name, who, inviter: invitedBy });
  const to = invitedBy === '' ? undefined : invitedBy;
  await sayInWorkspace(parts, portal, `declined:${row.id}`, `${person.displayName} ${deed}.`, to);
}

async function tellThatTheyStay({ parts, portal }: Work, { matrixUserId: who, username }: Profile, reason: string) {
  const cause = `must-stay:${who}`;
  await tellOnce(parts, portal, cause, async () => {
    parts.log('warn', 'notice.member', { portal: portal.name, cause, reason });
    const text = `${who} is no longer in the room on Matrix, but @${username} can't be removed here (${reason}).`;
    await sayInWorkspace(parts, portal, cause, `${text} Once it has another owner, it will be.`);
  });
}
