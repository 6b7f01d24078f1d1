import { membersOf } from '../room-state.ts';
import type { Homeserver, Room, StoredEvent } from '../state.ts';

/**
 * Sandbox homeservers of one process that reach each other by name. Each has its own accounts, directory,
 * media, application services and copy of the rooms that its people are in; events go from one to the other
 * in order, a moment later. What it does not do: signatures, three servers' causal order (each pair is in
 * order by itself), knocking at remote rooms, and the whole of state resolution (see `wins` of timeline.ts).
 */
export interface Federation {
  readonly servers: Map<string, FederatedServer>;
  /** Milliseconds that anything takes from one server to another. */
  delayMs: number;
}

/** A homeserver and what others may hand to it. */
export interface FederatedServer {
  readonly homeserver: Homeserver;
  receiveEvent(event: StoredEvent): void;
  /** An invitation to one of its people, into that room of the inviting server. */
  receiveInvite(from: Room, invite: StoredEvent): void;
}

export const createFederation = (delayMs = 5): Federation => ({ servers: new Map(), delayMs });

/** The server name in a user id or an alias. */
export const serverOf = (id: string): string => id.slice(id.indexOf(':') + 1);

/** Another homeserver. undefined: there is none of that name, or it's down. */
export const peerOf = (hs: Homeserver, serverName: string): Homeserver | undefined => reach(hs, serverName)?.homeserver;

/** As {@link peerOf}, to hand something over. */
export function reach(hs: Homeserver, serverName: string): FederatedServer | undefined {
  const found = hs.federation?.servers.get(serverName);
  const isUp = found !== undefined && !found.homeserver.memory.life.signal.aborted;
  return isUp && found.homeserver !== hs ? found : undefined;
}

/** Servers with somebody joined. */
export const serversIn = (room: Room): Set<string> => new Set(membersOf(room, 'join').map(serverOf));

/** Whether others have the room and this server has nobody in it: what it knows of the room is old or nothing. */
export function isElsewhere(hs: Homeserver, room: Room): boolean {
  if (hs.federation === undefined) return false;
  const servers = serversIn(room);
  return servers.size > 0 && !servers.has(hs.serverName);
}

/** Does something at every other server that is in the room, after the delay. Not stored: for what is of the moment. */
export function tellPeers(hs: Homeserver, room: Room, tell: (peer: Homeserver) => void): void {
  if (hs.federation === undefined) return;
  for (const name of serversIn(room)) {
    if (name === hs.serverName) continue;
    void hs.clock.sleep(hs.federation.delayMs, hs.memory.life.signal).then(
      () => {
        const peer = peerOf(hs, name);
        if (peer !== undefined) tell(peer);
      },
      () => undefined,
    );
  }
}
