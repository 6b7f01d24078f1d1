import { expect, it } from 'vitest';
import type { OpenStore } from '../../src/lib/store/open.ts';
import { describeStore, drain, newPortal, rid, recordOne, takeLease } from '../support/stores.ts';

/** A row set aside with an edit and an edit of that edit folded into it, and one row that waits. */
async function setAside(store: OpenStore) {
  const lease = await takeLease(store);
  const aside = await recordOne(store, '$bad');
  const edit = await recordOne(store, '$edit');
  const second = await recordOne(store, '$edit2');
  const waiting = await recordOne(store, '$next');
  const settle = { lease, outcome: 'failed' };
  await store.inbox.fail(aside, lease);
  await store.inbox.settle({
    ...settle,
    inboxId: aside,
    aside: { reason: 'M_TOO_LARGE', detail: 'the server said no' },
  });
  await store.inbox.settle({ ...settle, inboxId: edit, outcome: 'folded', foldInto: aside });
  await store.inbox.settle({ ...settle, inboxId: second, outcome: 'folded', foldInto: edit });
  return { aside, edit, second, waiting, lease };
}

describeStore('an event that cannot be applied', (bench) => {
  it('is set aside with its reason, and the lane goes on', async () => {
    const store = await bench.open();
    bench.clock.set(5000);
    const { aside, edit, second } = await setAside(store);
    expect((await store.inbox.head('room:a', 'homeserver'))?.key).toBe('$next');
    expect(await store.quarantine.list()).toEqual([
      {
        row: await store.inbox.byId(aside),
        reason: 'M_TOO_LARGE',
        detail: 'the server said no',
        at: 5000,
        told: false,
      },
    ]);
    for (const id of [edit, second])
      expect(await store.inbox.byId(id)).toMatchObject({ state: 'folded', parent: aside });
    expect((await store.quarantine.get(aside))?.row.state).toBe('aside');
    expect(await store.quarantine.get(edit)).toBeUndefined();
  });

  it('comes back late when it is tried again, with what was folded into it behind', async () => {
    const store = await bench.open();
    const { aside, edit } = await setAside(store);
    expect(await store.quarantine.retry(edit)).toBe(false);
    expect(await store.quarantine.retry(aside)).toBe(true);
    expect(await store.quarantine.retry(aside)).toBe(false);
    expect(await store.quarantine.list()).toEqual([]);
    expect(await store.inbox.byId(aside)).toMatchObject({
      state: 'pending',
      late: true,
      failures: 0,
      outcome: undefined,
    });
    expect(await store.inbox.byId(edit)).toMatchObject({ state: 'pending', late: true, parent: undefined });
    expect(await drain(store, 'room:a')).toEqual(['$bad', '$edit', '$edit2', '$next']);
  });

  it('is done with when it is dropped, with what was folded into it', async () => {
    const store = await bench.open();
    const { aside, edit, second } = await setAside(store);
    expect(await store.quarantine.drop(aside)).toBe(true);
    expect(await store.quarantine.drop(aside)).toBe(false);
    for (const id of [aside, edit, second]) {
      expect(await store.inbox.byId(id)).toMatchObject({ state: 'done', outcome: 'dropped', settledAt: 1_000_000 });
    }
    expect(await drain(store, 'room:a')).toEqual(['$next']);
  });

  it('is told to its sender once, even if it is set aside a second time', async () => {
    const store = await bench.open();
    const { aside, lease } = await setAside(store);
    await store.quarantine.told(aside);
    await store.quarantine.retry(aside);
    const again = { reason: 'M_FORBIDDEN', detail: 'again' };
    await store.inbox.settle({ inboxId: aside, lease, outcome: 'failed', aside: again });
    expect(await store.quarantine.get(aside)).toMatchObject({ ...again, told: true });
  });

  it('takes no more edits once it was dropped or applied: they stay in the lane', async () => {
    const store = await bench.open();
    const { aside, edit, waiting, lease } = await setAside(store);
    await store.quarantine.drop(aside);
    for (const foldInto of [aside, edit]) {
      await store.inbox.settle({ inboxId: waiting, lease, outcome: 'folded', foldInto });
      expect(await store.inbox.byId(waiting)).toMatchObject({ state: 'pending', parent: undefined });
    }
  });

  it('is listed oldest first and moves with its room into a portal', async () => {
    const store = await bench.open();
    const { aside } = await setAside(store);
    bench.clock.set(900);
    const older = await recordOne(store, '$older');
    const reason = { reason: 'x', detail: 'NUL \0 in a reason' };
    await store.inbox.settle({ inboxId: older, lease: await takeLease(store), outcome: 'failed', aside: reason });
    expect((await store.quarantine.list()).map(({ row }) => row.id)).toEqual([older, aside]);
    expect((await store.quarantine.get(older))?.detail).toBe('NUL \uFFFD in a reason');
    const { portal } = await store.portals.create(newPortal({ workspaceRoomId: rid('a') }));
    await store.quarantine.retry(aside);
    expect(await drain(store, portal.lane)).toEqual(['$bad', '$edit', '$edit2', '$next']);
  });
});

describeStore('a body', (bench) => {
  it('comes back as it was written, with escapes, emoji and 300 kB', async () => {
    const store = await bench.open();
    const bodies = ['\0', '\ud83d', '😀 \u2028 "\\', 'x'.repeat(300_000)].map((text) => JSON.stringify({ text }));
    for (const [index, body] of bodies.entries()) {
      const id = await recordOne(store, `$${index}`, { body });
      expect((await store.inbox.byId(id))?.body).toBe(body);
    }
  });

  it('may have keys and references with characters that no database holds', async () => {
    const store = await bench.open();
    await recordOne(store, '$k\0ey', { ref: 'r\0ef\udc00', type: 't\0', lane: 'room:\0' });
    expect((await store.inbox.byKey('homeserver', '$k\0ey'))?.ref).toBe('r\uFFFDef\uFFFD');
    expect(await store.inbox.byRef('r\0ef\udc00')).toHaveLength(1);
    expect(await store.inbox.head('room:\0', 'homeserver')).toBeDefined();
    await expect(recordOne(store, '$k\0ey')).rejects.toThrow('already');
  });
});
