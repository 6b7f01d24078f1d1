import { RemoteError } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { BridgeParts } from '../parts.ts';
import type { Closing } from './close-portal.ts';

/** What `closePortal` would do with these, a line each; nothing is changed. */
export async function closingInWords(
  parts: BridgeParts,
  portal: Portal,
  { onMatrix, inWorkspace, archive, matrixRoom }: Closing,
): Promise<readonly string[]> {
  const waiting = (await parts.store.inbox.waiting()).find(({ lane }) => lane === portal.lane)?.count ?? 0;
  return [
    `- link of ${portal.name} with ${portal.alias ?? portal.matrixRoomId ?? 'a Matrix room that is yet to be made'}`,
    ...(waiting === 0 ? [] : [`- events that wait, undelivered: ${waiting}`]),
    ...(onMatrix === undefined ? [] : [`+ notice on Matrix: ${onMatrix}`]),
    ...(inWorkspace === undefined ? [] : [`+ notice in Rocket.Chat: ${inWorkspace}`]),
    ...(archive === true && portal.roomType !== 'd' ? [`+ archived: ${portal.name} in Rocket.Chat`] : []),
    ...(matrixRoom === 'stay' ? [] : await leavingInWords(parts, portal, matrixRoom)),
  ];
}

async function leavingInWords(
  parts: BridgeParts,
  portal: Portal,
  matrixRoom: Exclude<Closing['matrixRoom'], 'stay'>,
): Promise<readonly string[]> {
  const { matrixRoomId, alias, direct } = portal;
  if (matrixRoomId === undefined) return [];
  const where = alias ?? matrixRoomId;
  const ghosts = (await parts.store.people.members(portal.id, 'ghost')).length;
  const ours = [...(direct === undefined ? ['the bot'] : []), `accounts of colleagues: ${ghosts}`].join(', ');
  const isPurged = matrixRoom === 'empty' && parts.ends.synapseAdmin !== undefined;
  return [
    ...(matrixRoom === 'empty' && !isPurged ? [`- everybody else in ${where} whom the bot may put out`] : []),
    ...(alias === undefined ? [] : [`- alias ${alias}`]),
    ...((await isListed(parts, portal)) ? [`- line in the room directory of ${parts.identity.serverName}`] : []),
    `- out of ${where}: ${ours}`,
    ...(isPurged ? [`- ${where}, purged from the homeserver`] : []),
  ];
}

/** A homeserver that does not say keeps nobody from ending the link either. */
async function isListed(parts: BridgeParts, portal: Portal): Promise<boolean> {
  if (portal.direct !== undefined || portal.matrixRoomId === undefined) return false;
  try {
    return await homeserverIn(parts, portal).isListed(portal.matrixRoomId);
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused') return false;
    throw error;
  }
}
