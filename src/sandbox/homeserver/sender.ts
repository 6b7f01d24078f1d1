import type { ApplicationService } from './application-services.ts';
import { pushedEvent } from './pushed-event.ts';
import type { JsonObject } from './json.ts';
import { callService, isSuccess } from './service-call.ts';
import type { Homeserver, Memory, StoredEvent, StoredTransaction } from './state.ts';

const maxPerTransaction = 100;
/** 2^9 s is the longest pause between two attempts at a service that is down. */
const maxBackoffExponent = 9;

function queueOf(
  memory: Memory,
  serviceId: string,
): { events: StoredEvent[]; ephemeral: JsonObject[]; inFlight: Promise<void> | undefined } {
  const known = memory.queues.get(serviceId);
  if (known !== undefined) return known;
  const queue = { events: [], ephemeral: [], inFlight: undefined };
  memory.queues.set(serviceId, queue);
  return queue;
}

/** Queues events in memory and starts sending unless a transaction of the service is in flight. */
export function pushEvents(
  hs: Homeserver,
  service: ApplicationService,
  events: readonly StoredEvent[],
  ephemeral: readonly JsonObject[] = [],
): void {
  if (service.url === null) return;
  const { memory } = hs;
  const queue = queueOf(memory, service.id);
  queue.events.push(...events);
  queue.ephemeral.push(...ephemeral);
  queue.inFlight ??= drain(hs, memory, service).finally(() => {
    queue.inFlight = undefined;
  });
}

async function drain(hs: Homeserver, memory: Memory, service: ApplicationService): Promise<void> {
  const queue = queueOf(memory, service.id);
  // What comes in the same turn goes out in one transaction.
  await Promise.resolve();
  while (!memory.life.signal.aborted) {
    const events = queue.events.splice(0, maxPerTransaction);
    const ephemeral = queue.ephemeral.splice(0, maxPerTransaction);
    if (events.length === 0 && ephemeral.length === 0) return;
    const isDown = hs.disk.down.has(service.id);
    if (isDown && events.length === 0) continue;
    const transaction = storeServiceTransaction(
      hs,
      service.id,
      events.map((event) => event.eventId),
    );
    // While it's down each turn stores a transaction of its own, and the recoverer sends them one by one.
    if (isDown) continue;
    if (await deliver(hs, service, transaction, events, ephemeral)) complete(hs, transaction);
    else if (!memory.life.signal.aborted) {
      hs.disk.down.add(service.id);
      recover(hs, memory, service);
    }
  }
}

function storeServiceTransaction(hs: Homeserver, serviceId: string, eventIds: readonly string[]): StoredTransaction {
  const transaction = { id: hs.disk.nextTransaction, serviceId, eventIds };
  hs.disk.nextTransaction += 1;
  hs.disk.transactions.push(transaction);
  return transaction;
}

function complete(hs: Homeserver, transaction: StoredTransaction): void {
  const index = hs.disk.transactions.indexOf(transaction);
  if (index >= 0) hs.disk.transactions.splice(index, 1);
}

/** True if the service took it. Ephemeral events travel only with the first attempt: they aren't stored. */
async function deliver(
  hs: Homeserver,
  service: ApplicationService,
  transaction: StoredTransaction,
  events: readonly StoredEvent[],
  ephemeral: readonly JsonObject[],
): Promise<boolean> {
  const fault = hs.faults.take('push', 'PUT', service.id);
  if (fault?.action === 'delay') await hs.clock.sleep(fault.delayMs ?? 0, hs.memory.life.signal).catch(() => undefined);
  if (fault?.action === 'lose') return true;
  const result = await callService(hs, service, 'PUT', `/_matrix/app/v1/transactions/${transaction.id}`, {
    events: events.map((event) => pushedEvent(hs, service, event)),
    ephemeral,
    'de.sorunome.msc2409.ephemeral': ephemeral,
    'de.sorunome.msc2409.to_device': [],
  });
  if (fault?.action === 'duplicate') pushEvents(hs, service, events);
  return isSuccess(result);
}

/** After a start, services that were down are tried again only when the first interesting event comes along. */
export function startRecoverers(hs: Homeserver): void {
  const { memory } = hs;
  if (memory.recoveryStarted) return;
  memory.recoveryStarted = true;
  for (const service of memory.services) {
    if (hs.disk.down.has(service.id)) recover(hs, memory, service);
  }
}

function recover(hs: Homeserver, memory: Memory, service: ApplicationService): void {
  if (memory.recoverers.has(service.id)) return;
  void runRecoverer(hs, memory, service).catch((error: unknown) => {
    if (!memory.life.signal.aborted) throw error;
  });
}

async function runRecoverer(hs: Homeserver, memory: Memory, service: ApplicationService): Promise<void> {
  for (let exponent = 1; ; exponent = Math.min(exponent + 1, maxBackoffExponent)) {
    const woken = new AbortController();
    memory.recoverers.set(service.id, { wake: () => woken.abort(new Error('woken')) });
    await hs.clock
      .sleep(2 ** exponent * 1000 * hs.backoffScale, AbortSignal.any([woken.signal, memory.life.signal]))
      .catch((error: unknown) => {
        if (!woken.signal.aborted) throw error;
      });
    for (;;) {
      memory.life.signal.throwIfAborted();
      const oldest = hs.disk.transactions.find((transaction) => transaction.serviceId === service.id);
      if (oldest === undefined) {
        hs.disk.down.delete(service.id);
        memory.recoverers.delete(service.id);
        return;
      }
      const events = oldest.eventIds.flatMap((eventId) => hs.disk.events.get(eventId) ?? []);
      if (!(await deliver(hs, service, oldest, events, []))) break;
      complete(hs, oldest);
      exponent = 0;
    }
  }
}

/** What a successful ping does: the service is tried at once if it was down. */
export function wakeRecoverer(hs: Homeserver, serviceId: string): void {
  hs.memory.recoverers.get(serviceId)?.wake();
}

/**
 * An orderly end interrupts the transaction in flight and takes that for a failure: the service counts as
 * down, and the transaction comes again after the start. A killed process doesn't get that far. Neither
 * saves what waits in memory behind it.
 */
export function markInterrupted(hs: Homeserver): void {
  for (const [serviceId, queue] of hs.memory.queues) {
    if (queue.inFlight !== undefined) hs.disk.down.add(serviceId);
  }
}
