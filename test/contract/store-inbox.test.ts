import { expect, it } from 'vitest';
import { describeStore, drain, inboxRow, recordOne, takeLease } from '../support/stores.ts';

const keysOf = (...keys: string[]) => keys.map((key) => inboxRow(key));

describeStore('what is received', (bench) => {
  it('is recorded once, however often it is delivered', async () => {
    const store = await bench.open();
    const first = await store.inbox.record({ rows: keysOf('$1', '$2', '$1') });
    expect(first).toHaveLength(2);
    expect(await store.inbox.record({ rows: keysOf('$2', '$3') })).toEqual([
      { id: expect.any(Number), lane: 'room:a', side: 'homeserver' },
    ]);
    expect(await drain(store, 'room:a')).toEqual(['$1', '$2', '$3']);
    expect(await store.inbox.record({ rows: keysOf('$1') })).toEqual([]);
  });

  it('is told apart by side, so an id that both servers use is two events', async () => {
    const store = await bench.open();
    await recordOne(store, 'same');
    await recordOne(store, 'same', { side: 'workspace', order: 5 });
    expect((await store.inbox.byKey('workspace', 'same'))?.order).toBe(5);
    expect((await store.inbox.byKey('homeserver', 'same'))?.side).toBe('homeserver');
    expect(await store.inbox.byRef('same')).toHaveLength(2);
  });

  it('keeps every field, and the answer names the rows in the order given', async () => {
    const store = await bench.open();
    bench.clock.set(123_456_789_012);
    const rows = Array.from({ length: 250 }, (_, index) => inboxRow(`$${index}`, { lane: `room:${index % 3}` }));
    const recorded = await store.inbox.record({ rows });
    expect(recorded.map(({ lane }) => lane)).toEqual(rows.map(({ lane }) => lane));
    expect(await store.inbox.byId(recorded[249]?.id as number)).toEqual({
      id: recorded[249]?.id,
      side: 'homeserver',
      lane: 'room:0',
      key: '$249',
      ref: '$249',
      type: 'm.room.message',
      order: recorded[249]?.id,
      body: '{"key":"$249"}',
      state: 'pending',
      outcome: undefined,
      parent: undefined,
      failures: 0,
      late: false,
      receivedAt: 123_456_789_012,
      settledAt: undefined,
    });
  });

  it('needs no work when it is known at once what became of it', async () => {
    const store = await bench.open();
    expect(await store.inbox.record({ rows: [inboxRow('$echo', { settledAs: 'echo' })] })).toEqual([]);
    expect(await store.inbox.byKey('homeserver', '$echo')).toMatchObject({
      state: 'done',
      outcome: 'echo',
      settledAt: 1_000_000,
    });
    expect(await store.inbox.head('room:a', 'homeserver')).toBeUndefined();
  });

  it('moves cursors and buries targets in the same step, even without rows', async () => {
    const store = await bench.open();
    await store.inbox.record({
      rows: [],
      tombstones: [
        { side: 'workspace', target: 'gone' },
        { side: 'workspace', target: 'gone' },
      ],
      cursors: [
        { name: 'c', value: '1' },
        { name: 'c', value: '2' },
      ],
    });
    expect(await store.ledger.isGone('workspace', 'gone')).toBe(true);
    expect(await store.ledger.isGone('homeserver', 'gone')).toBe(false);
    expect(await store.cursor('c')).toBe('2');
    expect(await store.inbox.record({ rows: [] })).toEqual([]);
  });

  it('can be asked for by many keys at once', async () => {
    const store = await bench.open();
    await store.inbox.record({ rows: keysOf('$1', '$1200', '$nul\0') });
    const asked = [...Array.from({ length: 1500 }, (_, index) => `$${index}`), '$nul\0'];
    expect(await store.inbox.known('homeserver', asked)).toEqual(new Set(['$1', '$1200', '$nul\0']));
    expect(await store.inbox.known('workspace', asked)).toEqual(new Set());
  });
});

describeStore('the order within a lane', (bench) => {
  it('is the source time for the workspace, whenever a message arrives', async () => {
    const store = await bench.open();
    for (const [key, order] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['b2', 20],
    ] as const) {
      await recordOne(store, key, { side: 'workspace', order });
    }
    expect(await drain(store, 'room:a', 'workspace')).toEqual(['a', 'b', 'b2', 'c']);
  });

  it('is the order of arrival for the homeserver, and the sides do not wait for each other', async () => {
    const store = await bench.open();
    await store.inbox.record({ rows: keysOf('$z', '$a') });
    await recordOne(store, 'w', { side: 'workspace', order: 1 });
    await store.inbox.record({ rows: keysOf('$m') });
    expect(await drain(store, 'room:a')).toEqual(['$z', '$a', '$m']);
    expect((await store.inbox.head('room:a', 'workspace'))?.key).toBe('w');
  });

  it('puts what was missing into its place among what waits', async () => {
    const store = await bench.open();
    await store.inbox.record({ rows: keysOf('$1', '$4', '$older', '$6') });
    const cursors = [{ name: 'gap', value: 'token' }];
    const lastId = await store.inbox.lastId();
    await store.inbox.record({ rows: keysOf('$newer') });
    const ordered = keysOf('$1', '$2', '$3', '$4', '$5', '$6', '$7');
    const missing = await store.inbox.recordGap('room:a', { ordered, lastId }, cursors);
    expect(missing).toBe(4);
    expect(await store.cursor('gap')).toBe('token');
    await store.inbox.record({ rows: keysOf('$8') });
    expect(await drain(store, 'room:a')).toEqual(['$older', '$1', '$2', '$3', '$4', '$5', '$6', '$7', '$newer', '$8']);
  });

  it('takes what belongs to other lanes along, since nobody looks for it again', async () => {
    const store = await bench.open();
    await recordOne(store, '$2');
    const ordered = [inboxRow('$1'), inboxRow('$b', { lane: 'room:b' }), inboxRow('$2')];
    const gap = { ordered, lastId: await store.inbox.lastId() };
    expect(await store.inbox.recordGap('room:a', gap, [{ name: 'gap', value: 'end' }])).toBe(2);
    expect(await drain(store, 'room:a')).toEqual(['$1', '$2']);
    expect(await drain(store, 'room:b')).toEqual(['$b']);
  });

  it('leaves alone what is settled, and a gap filled twice changes nothing', async () => {
    const store = await bench.open();
    await store.inbox.record({ rows: keysOf('$1', '$3') });
    const lease = await takeLease(store);
    const head = await store.inbox.head('room:a', 'homeserver');
    await store.inbox.settle({ inboxId: head?.id as number, lease, outcome: 'relayed' });
    const stretch = { ordered: keysOf('$1', '$2', '$3'), lastId: await store.inbox.lastId() };
    expect(await store.inbox.recordGap('room:a', stretch, undefined)).toBe(1);
    expect(await store.inbox.recordGap('room:a', stretch, undefined)).toBe(0);
    expect(await store.inbox.recordGap('room:a', { ordered: [], lastId: 0 }, [{ name: 'gap', value: 'end' }])).toBe(0);
    expect(await store.cursor('gap')).toBe('end');
    expect(await drain(store, 'room:a')).toEqual(['$2', '$3']);
  });
});

describeStore('what waits', (bench) => {
  it('is counted by lane, with the time since when', async () => {
    const store = await bench.open();
    bench.clock.set(100);
    await recordOne(store, '$1');
    bench.clock.set(200);
    await recordOne(store, '$2');
    await recordOne(store, '$3', { lane: 'room:b' });
    expect(await store.inbox.waiting()).toEqual([
      { lane: 'room:a', count: 2, oldestAt: 100 },
      { lane: 'room:b', count: 1, oldestAt: 200 },
    ]);
    await drain(store, 'room:a');
    expect(await store.inbox.pendingLanes()).toEqual(['room:b']);
  });

  it('shows when each lane was last heard of, or got something done, from either side', async () => {
    const store = await bench.open();
    expect(await store.inbox.lastActive()).toEqual(new Map());
    const id = await recordOne(store, '$1');
    bench.clock.set(1_000_100);
    await recordOne(store, 'm1', { lane: 'room:b', side: 'workspace', order: 7 });
    const lease = await takeLease(store);
    bench.clock.set(1_000_900);
    await store.inbox.settle({ inboxId: id, lease, outcome: 'relayed' });
    expect(await store.inbox.lastActive()).toEqual(
      new Map([
        ['room:a', 1_000_900],
        ['room:b', 1_000_100],
      ]),
    );
  });

  it('keeps its text however old it is; only settled text is dropped', async () => {
    const store = await bench.open();
    const lease = await takeLease(store);
    const [done, aside, folded, pending, fresh] = await Promise.all(
      ['$done', '$aside', '$folded', '$pending', '$fresh'].map((key) => recordOne(store, key)),
    );
    const settle = { lease, outcome: 'relayed' };
    await store.inbox.settle({ ...settle, inboxId: done as number });
    await store.inbox.settle({ ...settle, inboxId: aside as number, aside: { reason: 'x', detail: '' } });
    await store.inbox.settle({ ...settle, inboxId: folded as number, foldInto: aside });
    bench.clock.set(2_000_000);
    await store.inbox.settle({ ...settle, inboxId: fresh as number });
    expect(await store.inbox.dropBodies(2_000_000)).toBe(1);
    const bodies = await Promise.all([done, aside, folded, pending, fresh].map((id) => store.inbox.byId(id as number)));
    expect(bodies.map((row) => row?.body !== undefined)).toEqual([false, true, true, true, true]);
    expect(await store.inbox.dropBodies(2_000_001)).toBe(1);
  });

  it('counts failures against a row only for the holder of its lease', async () => {
    const store = await bench.open();
    const id = await recordOne(store, '$1');
    const lease = await takeLease(store);
    expect([await store.inbox.fail(id, lease), await store.inbox.fail(id, lease)]).toEqual([1, 2]);
    await expect(store.inbox.fail(id, { ...lease, token: lease.token - 1 })).rejects.toThrow('lost');
    expect((await store.inbox.byId(id))?.failures).toBe(2);
  });

  it('shows the tries made for a row, and the one that never answered', async () => {
    const store = await bench.open();
    const id = await recordOne(store, '$1');
    const first = await store.attempts.begin(id, 'send');
    bench.clock.set(1_000_500);
    await store.attempts.end(first, 'ok', '$sent');
    const second = await store.attempts.begin(id, 'chat.update', 'part 0');
    expect(await store.attempts.of(id)).toEqual([
      { id: first, inboxId: id, step: 'send', startedAt: 1_000_000, endedAt: 1_000_500, answer: 'ok', detail: '$sent' },
      {
        id: second,
        inboxId: id,
        step: 'chat.update',
        startedAt: 1_000_500,
        endedAt: undefined,
        answer: undefined,
        detail: 'part 0',
      },
    ]);
    expect(await store.attempts.open(id, 'send')).toBeUndefined();
    expect((await store.attempts.open(id, 'chat.update'))?.id).toBe(second);
  });
});
