import type { EventId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Somebody } from '../../store/personal-types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { homeserverIn, partsIn } from '../direct/hands.ts';
import { transactionId } from '../effect-ids.ts';
import type { BridgeParts } from '../parts.ts';
import type { ErasedPage, EraseFailure } from '../service/personal-view.ts';
import { formerRoomWith } from '../room-upgrade/former-rooms.ts';
import { personNamed } from './somebody.ts';

/** Each is a request or two. */
const PAGE = 25;
const REASON = 'Erased';

/**
 * Removes some of what the bridge carried of a person: a Matrix user's messages from Rocket.Chat with their files,
 * a workspace user's events from Matrix. Each is known as gone before it is removed, so that nothing of it is carried
 * back as news, and loses the person's name afterwards: what a crash or a server broke off bears the name still, and
 * is taken up by asking again. What somebody wrote on their own side stays there.
 *
 * @throws RemoteError of a server that does not answer, or wants patience
 */
export async function eraseMessages(
  parts: BridgeParts,
  { person, after }: { readonly person: string; readonly after?: string | undefined },
): Promise<ErasedPage> {
  const { who } = await personNamed(parts, person);
  const { personal } = parts.store;
  const page = await personal.written(who, { after: after as EventId | undefined, limit: PAGE });
  const failed: EraseFailure[] = [];
  await personal.bury(page);
  for (const entry of page) {
    const reason = await refusal(takeBack(parts, who, entry));
    if (reason === undefined) await personal.takeNamesOff([entry]);
    else failed.push({ ref: who.home === 'workspace' ? entry.eventId : entry.messageId, reason });
  }
  return {
    removed: page.length - failed.length,
    failed,
    next: page.length < PAGE ? null : (page.at(-1)?.eventId ?? null),
  };
}

/** What a server has against it; undefined: nothing. One that does not work at all is thrown. */
export async function refusal(acting: Promise<unknown>): Promise<string | undefined> {
  try {
    await acting;
    return undefined;
  } catch (error) {
    const isRefused = error instanceof RemoteError && error.failure === 'refused';
    if (!isRefused || error.status === 429 || (error.status ?? 0) >= 500) throw error;
    return error.message;
  }
}

async function takeBack(parts: BridgeParts, who: Somebody, entry: LedgerEntry): Promise<void> {
  const portal = await parts.store.portals.byId(entry.portalId);
  if (portal === undefined) return;
  if (who.home === 'workspace') return redactAs(parts, portal, who, entry.eventId);
  // An edit is the same message there.
  if (entry.kind !== 'message') return;
  const { workspace } = await partsIn(parts, portal);
  await workspace.deleteMessage(portal.workspaceRoomId, entry.messageId);
}

/** As the ghost that sent it; as who has the power in the room where the ghost is in it no longer, or never sent it. */
export async function redactAs(
  parts: BridgeParts,
  portal: Portal,
  { matrixUserId }: Pick<Somebody, 'matrixUserId'>,
  eventId: EventId,
): Promise<void> {
  if (portal.matrixRoomId === undefined) return;
  const roomId = (await formerRoomWith({ parts, portal }, eventId)) ?? portal.matrixRoomId;
  const ghost = parts.homeserver.as(matrixUserId);
  const redact = (actor: typeof ghost): Promise<EventId> => {
    const effect = {
      portal: portal.id,
      source: eventId,
      kind: 'erase',
      subject: eventId,
      actor: actor.userId,
    } as const;
    return actor.redact(roomId, eventId, transactionId(parts.store.effectKey, effect), REASON);
  };
  if ((await refusal(redact(ghost))) !== undefined) await redact(homeserverIn(parts, portal));
}
