import type { MatrixUserId } from '../../core/ids.ts';
import { createLocalNames } from '../../matrix/look-alike.ts';
import type { WorkspaceApi } from '../../rocketchat/types.ts';
import type { ReactionEntry } from '../../store/ledger-types.ts';
import type { Bridge } from '../running-bridge.ts';
import type { BridgeParts } from '../parts.ts';
import type { ErasedAccount, EraseFailure } from '../service/personal-view.ts';
import { createPuppets } from '../workspace/puppets.ts';
import { redactAs, refusal } from './erase-messages.ts';
import { retireGhost } from './retire-ghost.ts';
import { type FoundPerson, personNamed } from './somebody.ts';

/**
 * Removes what is left of a person when their messages are gone: reactions, the account that the bridge made for them
 * (deleted in Rocket.Chat; emptied on Matrix, where accounts stay), their files on the homeserver where its
 * administrator's token is known, and all that the bridge's database says of them. Again is harmless.
 *
 * @throws RemoteError of a server that does not answer, or wants patience
 */
export async function eraseAccount(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  text: string,
): Promise<ErasedAccount> {
  const found = await personNamed(parts, text);
  const { who } = found;
  const reactions = await parts.store.personal.reactions(who);
  const failed: EraseFailure[] = [];
  for (const reaction of reactions) {
    await parts.store.personal.dropReactions([reaction.eventId]);
    const reason = await refusal(takeBackReaction(parts, found, reaction));
    if (reason !== undefined) failed.push({ ref: reaction.eventId, reason });
  }
  const account = await endAccount(parts, bridge, found);
  return {
    account,
    reactions: reactions.length - failed.length,
    media: await filesOf(parts, found),
    records: await parts.store.personal.forget(who),
    failed,
  };
}

async function takeBackReaction(parts: BridgeParts, { who }: FoundPerson, entry: ReactionEntry): Promise<void> {
  const portal = await parts.store.portals.byId(entry.portalId);
  if (portal === undefined) return;
  if (who.home === 'workspace') return redactAs(parts, portal, who, entry.eventId);
  const account = await accountOf(parts, who.matrixUserId);
  await account?.react(entry.messageId, entry.emoji, false);
}

/** Only they can take back their reaction, so their account is made to work once more if need be. */
async function accountOf(parts: BridgeParts, id: MatrixUserId): Promise<WorkspaceApi | undefined> {
  const person = await parts.store.people.byMatrixUser(id);
  if (person?.workspaceUserId === undefined || parts.identity.mode === 'alias') return undefined;
  return (await createPuppets(parts, createLocalNames()).account(id)).api;
}

async function endAccount(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { who, person }: FoundPerson,
): Promise<ErasedAccount['account']> {
  if (person?.workspaceUserId === undefined) return 'none';
  if (who.home === 'homeserver') {
    await parts.workspace.deleteUser(person.workspaceUserId);
    return 'deleted';
  }
  await retireGhost(parts, person, 'erased', bridge);
  return 'cleared';
}

async function filesOf({ ends }: BridgeParts, { who }: FoundPerson): Promise<number | null> {
  // A Matrix user's own files are on their own server, and their copies in Rocket.Chat went with the messages.
  if (who.home === 'homeserver') return 0;
  return ends.synapseAdmin === undefined ? null : ends.synapseAdmin.deleteMediaOf(who.matrixUserId);
}
