import { expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/lib/store/ledger-types.ts';
import { describeStore } from '../support/stores.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describeStore('what was carried', (bench) => {
  it('is counted by kind, day and server', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create({
      workspaceRoomId: 'room' as never,
      matrixRoomId: '!room:a.org' as never,
      state: 'active',
      roomType: 'c',
      name: 'room',
      alias: undefined,
      retention: 'keep',
    });
    let made = 0;
    const entry = (change: Partial<LedgerEntry>): LedgerEntry => {
      made += 1;
      return {
        portalId: portal.id,
        messageId: `message${made}` as never,
        part: 0,
        kind: 'message',
        eventId: `$event${made}` as never,
        origin: 'homeserver',
        matrixUserId: '@alice:a.org' as never,
        workspaceUserId: 'alice' as never,
        ts: DAY_MS * 10 + 5,
        redacted: false,
        ...change,
      };
    };
    const ledger = [
      entry({ ts: 5 }),
      entry({}),
      entry({ matrixUserId: '@bob:b.org:8448' as never, ts: DAY_MS * 11 }),
      entry({ matrixUserId: '@carol:a.org' as never }),
      entry({ kind: 'edit' }),
      // A second part of a long message is the same message.
      entry({ part: 1, origin: 'workspace' }),
      entry({ origin: 'workspace', matrixUserId: '@rc_dave:c.org' as never }),
    ];
    const [row] = await store.inbox.record({
      rows: [{ side: 'workspace', lane: portal.lane, key: 'k', ref: 'k', type: 'message', body: '{}' }],
    });
    const lease = await store.leases.acquire('lane', 'me', 60_000);
    if (row === undefined || lease === undefined) throw new Error('nothing to settle');
    await store.inbox.settle({ inboxId: row.id, lease, outcome: 'relayed', ledger });
    const carried = (await store.stats.carried()).toSorted((one, other) => one.count - other.count);
    expect(carried).toHaveLength(3);
    expect(carried).toEqual(
      expect.arrayContaining([
        { kind: 'edit', origin: 'homeserver', count: 1 },
        { kind: 'message', origin: 'workspace', count: 1 },
        { kind: 'message', origin: 'homeserver', count: 4 },
      ]),
    );
    expect(await store.stats.messagesByDay(DAY_MS * 9)).toHaveLength(3);
    expect(await store.stats.messagesByDay(DAY_MS * 11)).toEqual([
      { day: DAY_MS * 11, origin: 'homeserver', count: 1 },
    ]);
    expect(await store.stats.servers()).toEqual([
      { server: 'a.org', people: 2 },
      { server: 'b.org:8448', people: 1 },
    ]);
  });
});
