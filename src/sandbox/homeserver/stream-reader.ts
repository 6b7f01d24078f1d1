import { isInterested } from './interest.ts';
import { pushEvents, startRecoverers } from './sender.ts';
import { queryUser } from './queries.ts';
import type { Homeserver, Memory, StoredEvent } from './state.ts';

/** Events read from the stream at a time, as Synapse does it. */
const batchSize = 100;

/**
 * Hands new events to the senders of the application services: up to 100 at a time, rooms side by side, a
 * room's events in order. A user query inside holds up its room, and every room of the next batch. The
 * position is stored after a batch was handed over, before it's in a transaction: what was handed over is
 * lost when the process is killed (synapse#11637).
 */
export function readStream(hs: Homeserver): void {
  const { memory, disk } = hs;
  if (memory.readingStream) return;
  if (memory.services.length === 0) {
    disk.servicePosition = disk.stream.length;
    return;
  }
  memory.readingStream = true;
  // Not in the sender's own turn: a request is answered before its event is looked at.
  setImmediate(() => {
    void readBatches(hs, memory).finally(() => {
      memory.readingStream = false;
      if (!memory.life.signal.aborted && disk.servicePosition < disk.stream.length) readStream(hs);
    });
  });
}

async function readBatches(hs: Homeserver, memory: Memory): Promise<void> {
  const { disk } = hs;
  while (!memory.life.signal.aborted && disk.servicePosition < disk.stream.length) {
    const batch = disk.stream.slice(disk.servicePosition, disk.servicePosition + batchSize);
    const rooms = Map.groupBy(batch, (event) => event.roomId);
    await Promise.all([...rooms.values()].map((events) => handleRoom(hs, memory, events)));
    if (memory.life.signal.aborted) return;
    disk.servicePosition += batch.length;
  }
}

async function handleRoom(hs: Homeserver, memory: Memory, events: readonly StoredEvent[]): Promise<void> {
  // What is queued is the event as it was read: a redaction after that isn't seen in the push.
  for (const event of events.map((read) => ({ ...read }))) {
    const services = memory.services.filter((service) => isInterested(hs, service, event));
    if (services.length === 0) continue;
    const users =
      event.type === 'm.room.member' && event.stateKey !== undefined ? [event.sender, event.stateKey] : [event.sender];
    for (const userId of users) {
      if (isUnknownUser(hs, userId)) await queryUser(hs, userId);
    }
    if (memory.life.signal.aborted) return;
    startRecoverers(hs);
    for (const service of services) pushEvents(hs, service, [event]);
  }
}

function isUnknownUser(hs: Homeserver, userId: string): boolean {
  return (
    userId.endsWith(`:${hs.serverName}`) &&
    !hs.disk.accounts.has(userId) &&
    !hs.memory.services.some((service) => service.sender === userId)
  );
}
