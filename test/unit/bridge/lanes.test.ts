import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../src/lib/bridge/breaker.ts';
import { createOlderRooms } from '../../../src/lib/bridge/direct/older-rooms.ts';
import { Lanes } from '../../../src/lib/bridge/lanes.ts';
import { PortalIndex } from '../../../src/lib/bridge/portal-index.ts';
import type { Relay } from '../../../src/lib/bridge/relay.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { Side } from '../../../src/lib/core/remote-error.ts';
import { eventually } from '../../support/eventually.ts';
import { inboxRow, newPortal, storeBench } from '../../support/stores.ts';

describe('a lane', () => {
  const bench = storeBench('sqlite');

  it('goes on with what waited for something that was settled at that very moment', async () => {
    const store = await bench.open();
    const portals = new PortalIndex(await createOlderRooms(store));
    const { portal } = await store.portals.create(newPortal());
    portals.set(portal);
    const ours = inboxRow('$sent', { lane: portal.lane });
    const echo = inboxRow('echo', { lane: portal.lane, side: 'workspace', type: 'message', body: '{}' });
    await store.inbox.record({ rows: [ours] });

    const acted = Promise.withResolvers<void>();
    const settling = Promise.withResolvers<void>();
    const relay: Relay = {
      async apply({ id, side }, { lease, ownSendingUnsettled }) {
        const settle = () => store.inbox.settle({ inboxId: id, lease, outcome: 'done' });
        if (side === 'homeserver') {
          acted.resolve();
          return { kind: 'settling', settled: settling.promise.then(settle) };
        }
        if (!ownSendingUnsettled) return settle().then(() => ({ kind: 'settled' }));
        settling.resolve();
        await eventually(async () => expect((await store.inbox.byKey('homeserver', '$sent'))?.state).toBe('done'));
        await nextTurn();
        return { kind: 'later' };
      },
    };
    const signal = new AbortController().signal;
    const log = (): void => {};
    const breaker = (side: Side): Breaker =>
      new Breaker({ side, probe: async () => {}, clock: systemClock, log, signal, onOpened: log, onClosed: log });
    const lanes = new Lanes({
      store,
      relay,
      breakers: { workspace: breaker('workspace'), homeserver: breaker('homeserver') },
      gate: () => true,
      portals,
      owner: 'this',
      clock: systemClock,
      log,
      signal,
    });
    lanes.wake(portal.lane);
    await acted.promise;
    await store.inbox.record({ rows: [echo] });
    lanes.wake(portal.lane);
    await eventually(async () => expect((await store.inbox.byKey('workspace', 'echo'))?.state).toBe('done'));
    await lanes.stop();
  });
});
