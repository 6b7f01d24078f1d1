import type { Homeserver, Room, StoredEvent } from '../state.ts';
import { reach, serverOf, serversIn } from './network.ts';

/** Pause before a server that did not answer is tried again. */
const RETRY_MS = 500;

/**
 * Servers that are to get an event which is about to be added: those in the room now, so that a kick reaches
 * the kicked, and the server of whom a membership is about, so that an invitation can be taken back.
 */
export function destinationsOf(
  hs: Homeserver,
  room: Room,
  { type, stateKey }: Pick<StoredEvent, 'type' | 'stateKey'>,
): readonly string[] {
  if (hs.federation === undefined) return [];
  const servers = serversIn(room);
  if (type === 'm.room.member' && stateKey !== undefined && room.memberships.has(stateKey))
    servers.add(serverOf(stateKey));
  servers.delete(hs.serverName);
  return [...servers];
}

/** Queues an event of this server for others. The queues are on disk: a restart on either side loses nothing. */
export function distribute(hs: Homeserver, event: StoredEvent, destinations: readonly string[]): void {
  for (const name of destinations) {
    const queue = hs.disk.outgoing.get(name) ?? [];
    // As it is now: a redaction goes the same way, later.
    queue.push({ ...event });
    hs.disk.outgoing.set(name, queue);
    startSending(hs, name);
  }
}

/** After a start: what was not delivered before. */
export function resumeDistribution(hs: Homeserver): void {
  for (const name of hs.disk.outgoing.keys()) startSending(hs, name);
}

function startSending(hs: Homeserver, name: string): void {
  const { memory } = hs;
  if (memory.sendingTo.has(name)) return;
  memory.sendingTo.add(name);
  void send(hs, name).then(
    () => memory.sendingTo.delete(name),
    () => memory.sendingTo.delete(name),
  );
}

/** One at a time and in order; rejects when this server ends. */
async function send(hs: Homeserver, name: string): Promise<void> {
  const { signal } = hs.memory.life;
  const queue = hs.disk.outgoing.get(name) ?? [];
  while (queue.length > 0) {
    await hs.clock.sleep(hs.federation?.delayMs ?? 0, signal);
    const peer = reach(hs, name);
    if (peer === undefined) {
      await hs.clock.sleep(RETRY_MS * hs.backoffScale, signal);
      continue;
    }
    // What has piled up goes in one transaction of at most fifty, as between real servers.
    for (const event of queue.splice(0, 50)) peer.receiveEvent(event);
  }
}
