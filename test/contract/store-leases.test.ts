import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { OpenStore } from '../../src/lib/store/open.ts';
import { describeStore, recordOne, takeLease } from '../support/stores.ts';

/** Makes a lease's time pass without waiting for it. */
const expire = (store: OpenStore, name: string) =>
  store.database.kysely
    .updateTable('leases')
    .set({ expires_at: sql<number>`1` })
    .where('name', '=', name)
    .execute();

describeStore('a lease', (bench) => {
  it('is held by one owner at a time', async () => {
    const store = await bench.open();
    const first = await takeLease(store, 'lane', 'bridge 1');
    expect(await store.leases.acquire('lane', 'bridge 2', 60_000)).toBeUndefined();
    expect(await store.leases.acquire('lane', 'bridge 1', 60_000)).toEqual(first);
    expect(await store.leases.acquire('other', 'bridge 2', 60_000)).toBeDefined();
    expect(await store.leases.renew(first, 60_000)).toBe(true);
  });

  it('goes to another owner once it has expired by the database’s clock, with a higher token', async () => {
    const store = await bench.open();
    const first = await takeLease(store, 'lane', 'bridge 1');
    // Our own clock plays no part.
    bench.clock.set(Number.MAX_SAFE_INTEGER);
    expect(await store.leases.acquire('lane', 'bridge 2', 60_000)).toBeUndefined();
    await expire(store, 'lane');
    const second = await takeLease(store, 'lane', 'bridge 2');
    expect(second.token).toBeGreaterThan(first.token);
    expect(await store.leases.renew(first, 60_000)).toBe(false);
    await store.leases.release(first);
    expect(await store.leases.renew(second, 60_000)).toBe(true);
    expect(await store.leases.acquire('lane', 'bridge 1', 60_000)).toBeUndefined();
  });

  it('expires after the time it was taken for', async () => {
    const store = await bench.open();
    expect(await store.leases.acquire('lane', 'bridge 1', 0)).toBeDefined();
    expect(await store.leases.acquire('lane', 'bridge 2', 60_000)).toBeDefined();
  });

  it('is free at once when released, and its token still rises', async () => {
    const store = await bench.open();
    const first = await takeLease(store, 'lane', 'bridge 1');
    await store.leases.release(first);
    const second = await takeLease(store, 'lane', 'bridge 1');
    expect(second.token).toBeGreaterThan(first.token);
    expect(await store.leases.renew(first, 60_000)).toBe(false);
  });

  it('ends when another bridge has the store: that one need not wait, and the first settles nothing any more', async () => {
    const url = await bench.url();
    // Its lock went with the connection, as when PostgreSQL restarts.
    const first = await bench.openUrl(url);
    const id = await recordOne(first, '$1');
    const lease = await takeLease(first, 'lane', 'bridge 1');
    const second = await bench.openUrl(url, { lock: true });
    expect((await takeLease(second, 'lane', 'bridge 2')).token).toBeGreaterThan(lease.token);
    await expect(first.inbox.settle({ inboxId: id, lease, outcome: 'relayed' })).rejects.toMatchObject({
      name: 'LeaseLostError',
    });
  });

  it('goes to exactly one of many who ask at once', async () => {
    const store = await bench.open();
    const owners = ['1', '2', '3', '4', '5', '6'];
    const taken = await Promise.all(owners.map((owner) => store.leases.acquire('lane', owner, 60_000)));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('fences: who lost it settles nothing', async () => {
    const store = await bench.open();
    const id = await recordOne(store, '$1');
    const old = await takeLease(store, 'lane', 'bridge 1');
    await expire(store, 'lane');
    const current = await takeLease(store, 'lane', 'bridge 2');
    const lost = { name: 'LeaseLostError' };
    const tombstones = [{ side: 'workspace' as const, target: 'm1' }];
    await expect(store.inbox.settle({ inboxId: id, lease: old, outcome: 'relayed', tombstones })).rejects.toMatchObject(
      lost,
    );
    expect(await store.ledger.isGone('workspace', 'm1')).toBe(false);
    await store.inbox.settle({ inboxId: id, lease: current, outcome: 'relayed' });
    const next = await recordOne(store, '$2');
    await store.leases.release(current);
    await expect(store.inbox.settle({ inboxId: next, lease: current, outcome: 'relayed' })).rejects.toMatchObject(lost);
  });

  it('lets what others ask for at the same moment pass, when one of them has lost it', async () => {
    const store = await bench.open();
    const id = await recordOne(store, '$1');
    const lease = await takeLease(store, 'lane');
    const [before, lost, after] = await Promise.allSettled([
      recordOne(store, '$2'),
      store.inbox.settle({ inboxId: id, lease: { ...lease, token: 0 }, outcome: 'relayed' }),
      recordOne(store, '$3'),
    ]);
    expect([before.status, lost.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.inbox.waiting()).toMatchObject([{ count: 3 }]);
  });

  it('still settles after it expired, as long as nobody else took it', async () => {
    const store = await bench.open();
    const id = await recordOne(store, '$1');
    const lease = await takeLease(store, 'lane');
    await expire(store, 'lane');
    await store.inbox.settle({ inboxId: id, lease, outcome: 'relayed' });
    expect((await store.inbox.byId(id))?.state).toBe('done');
  });
});
