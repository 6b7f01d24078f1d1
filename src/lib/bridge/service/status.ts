import type { Bridge, SideState } from '../running-bridge.ts';
import type { BridgeParts } from '../parts.ts';
import type { SideView, StatusView } from './views.ts';

export async function bridgeStatus(parts: BridgeParts, bridge: Bridge | undefined): Promise<StatusView> {
  const { store } = parts;
  const portals = await store.portals.list();
  const nameOf = new Map(portals.map((portal) => [portal.lane, portal.name]));
  const waiting = await store.inbox.waiting();
  const sides = bridge?.sides();
  return {
    running: bridge !== undefined,
    listener: bridge?.url,
    workspace: sides && { ...sideView(sides.workspace), realtime: sides.workspace.realtime },
    homeserver: sides && sideView(sides.homeserver),
    rooms: portals.length,
    relayed: await store.ledger.totals(),
    people: await store.people.count(),
    waiting: waiting.map(({ lane, count, oldestAt }) => ({
      room: nameOf.get(lane) ?? lane,
      events: count,
      since: new Date(oldestAt).toISOString(),
    })),
    blocked: await store.access.blocked(),
    setAside: (await store.quarantine.list()).length,
  };
}

const sideView = ({ asked, waitingFor, since }: SideState): SideView => ({
  works: asked && waitingFor === undefined,
  waitingFor,
  since: since === undefined ? undefined : new Date(since).toISOString(),
});
