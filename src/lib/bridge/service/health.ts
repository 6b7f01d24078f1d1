import { RcfedError } from '../../core/errors.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Bridge } from '../running-bridge.ts';
import type { BridgeParts } from '../parts.ts';
import { asPuppet } from '../workspace/as-puppet.ts';
import type { HealthView, HearingView } from './health-view.ts';

/** Each token is a request; of more people a part is enough to see whether something is wrong. */
const MOST_PUPPETS = 30;

export async function bridgeHealth(parts: BridgeParts): Promise<HealthView> {
  const { store, identity } = parts;
  const newest = await store.inbox.newest('workspace');
  const portals = (await store.portals.list()).filter(
    ({ state, direct }) => state === 'active' && direct === undefined,
  );
  return {
    bridgeId: identity.bridgeId,
    workspaceId: identity.workspaceId,
    puppets: await triedPuppets(parts),
    rooms: portals.map(({ name: room, workspaceRoomId: roomId, lane }) => {
      const at = newest.get(lane);
      return { room, roomId, newest: at === undefined ? null : new Date(at).toISOString() };
    }),
  };
}

async function triedPuppets(parts: BridgeParts): Promise<HealthView['puppets']> {
  const refused: string[] = [];
  let tried = 0;
  for (const { matrixUserId, username, ready } of await parts.store.people.profiles('puppet')) {
    if (!ready || tried >= MOST_PUPPETS) continue;
    const account = asPuppet(parts, await parts.store.people.byMatrixUser(matrixUserId));
    tried += 1;
    if (account === undefined || !(await isTaken(account.api))) refused.push(username);
  }
  return { tried, refused };
}

async function isTaken(api: { me(): Promise<unknown> }): Promise<boolean> {
  try {
    await api.me();
    return true;
  } catch (error) {
    if (error instanceof RemoteError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

export async function bridgeHearing(bridge: Bridge | undefined): Promise<HearingView> {
  if (bridge === undefined) throw new RcfedError('RCFED_NOT_READY', 'No bridge runs that could listen');
  return { durationMs: (await bridge.hears()) ?? null };
}
