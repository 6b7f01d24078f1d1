import { expect, it } from 'vitest';
import type { MatrixRoomId, WorkspaceRoomId } from '../../src/lib/core/ids.ts';
import type { OpenStore } from '../../src/lib/store/open.ts';
import type { Settlement } from '../../src/lib/store/settlement-types.ts';
import {
  describeStore,
  event,
  inboxRow,
  ledgerEntry,
  message,
  newPortal,
  pollEntry,
  reactionEntry,
  recordOne,
  takeLease,
} from '../support/stores.ts';

/** Settles a row of its own with what is given. */
async function settleOne(store: OpenStore, key: string, settlement: Partial<Settlement>): Promise<number> {
  const inboxId = await recordOne(store, key);
  await store.inbox.settle({ inboxId, lease: await takeLease(store), outcome: 'relayed', ...settlement });
  return inboxId;
}

describeStore('a settled row', (bench) => {
  it('keeps reactions until they are taken back', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const [one, other] = [reactionEntry(portal.id), reactionEntry(portal.id, { eventId: event('r2') })];
    await settleOne(store, '$1', { reactions: [one, other] });
    await settleOne(store, '$2', { reactions: [{ ...one, username: 'bobby' }] });
    expect(await store.reactions.byEvent(event('r1'))).toEqual({ ...one, username: 'bobby' });
    await settleOne(store, '$3', { unreacted: [event('r1'), event('r9')] });
    expect(await store.reactions.byEvent(event('r1'))).toBeUndefined();
    expect(await store.reactions.byMessage(message('m1'))).toEqual([other]);
  });

  it('keeps what was said in polls, in order, until it is redacted', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const start = pollEntry(portal.id);
    const late = pollEntry(portal.id, { eventId: event('v1'), kind: 'vote', ts: 3, content: '["a"]' });
    const early = pollEntry(portal.id, { eventId: event('v2'), kind: 'vote', ts: 2, content: '["b"]' });
    const end = pollEntry(portal.id, { eventId: event('v0'), kind: 'end', ts: 3, content: '' });
    const other = pollEntry(portal.id, { pollId: event('other'), eventId: event('other') });
    await settleOne(store, '$1', { pollEntries: [late, start, other] });
    await settleOne(store, '$2', { pollEntries: [early, end, { ...late, content: '["changed"]' }] });
    expect(await store.polls.of(event('poll'))).toEqual([start, early, end, late]);
    expect(await store.polls.byEvent(event('v1'))).toEqual(late);
    await settleOne(store, '$3', { redacted: [event('v2'), event('unknown')] });
    expect(await store.polls.of(event('poll'))).toEqual([start, end, late]);
    await settleOne(store, '$4', { redacted: [event('poll')] });
    expect(await store.polls.of(event('poll'))).toEqual([]);
    expect(await store.polls.byEvent(event('v1'))).toBeUndefined();
    expect(await store.polls.of(event('other'))).toEqual([other]);
  });

  it('keeps for each portal what is pinned, until it is not', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const { portal: other } = await store.portals.create(
      newPortal({ workspaceRoomId: 'other' as WorkspaceRoomId, matrixRoomId: '!other:x' as MatrixRoomId }),
    );
    const [m1, m2, m3] = [message('m1'), message('m2'), message('m3')];
    await settleOne(store, '$1', { pins: { portalId: portal.id, pinned: [m1, m2], unpinned: [m3] } });
    await settleOne(store, '$2', { pins: { portalId: other.id, pinned: [m1], unpinned: [] } });
    await settleOne(store, '$3', { pins: { portalId: portal.id, pinned: [m2, m3], unpinned: [m1] } });
    expect([...(await store.pins.of(portal.id))].toSorted()).toEqual([m2, m3]);
    expect([...(await store.pins.of(other.id))]).toEqual([m1]);
  });

  it('keeps for each portal what its two sides last had in common', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const { portal: other } = await store.portals.create(
      newPortal({ workspaceRoomId: 'other' as WorkspaceRoomId, matrixRoomId: '!other:x' as MatrixRoomId }),
    );
    const first = new Map([
      ['name', 'General'],
      ['topic', ''],
    ]);
    await store.agreed.put({ portalId: portal.id, fields: first });
    await store.agreed.put({ portalId: other.id, fields: new Map([['name', 'Other']]) });
    const changed = new Map([
      ['name', 'Lobby'],
      ['topic', undefined],
      ['role:@a:x', 'owner'],
    ]);
    await settleOne(store, '$1', { agreed: { portalId: portal.id, fields: changed } });
    expect(Object.fromEntries(await store.agreed.of(portal.id))).toEqual({ name: 'Lobby', 'role:@a:x': 'owner' });
    expect(Object.fromEntries(await store.agreed.of(other.id))).toEqual({ name: 'Other' });
  });

  it('leaves pair, snapshot and tombstone behind', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const entry = ledgerEntry(portal.id);
    const snapshot = {
      messageId: message('m1'),
      portalId: portal.id,
      hash: 'h',
      updatedAt: 5,
      deleted: false,
      lastEditTs: 9,
    };
    const tombstones = [{ side: 'homeserver' as const, target: '$gone' }];
    bench.clock.set(1_234_567);
    const id = await settleOne(store, '$1', { ledger: [entry], snapshots: [snapshot], tombstones });
    expect(await store.inbox.byId(id)).toMatchObject({ state: 'done', outcome: 'relayed', settledAt: 1_234_567 });
    expect(await store.ledger.byEvent(event('e1'))).toEqual(entry);
    expect(await store.ledger.byMessage(message('m1'))).toEqual([entry]);
    expect(await store.ledger.snapshot(message('m1'))).toEqual(snapshot);
    expect(await store.ledger.isGone('homeserver', '$gone')).toBe(true);
    expect(await store.ledger.byEvent(event('none'))).toBeUndefined();
    expect(await store.ledger.snapshot(message('none'))).toBeUndefined();
  });

  it('lists a message with its parts first and its edits by time, then id', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const entries = [
      ledgerEntry(portal.id, { eventId: event('edit-b'), kind: 'edit', ts: 20 }),
      ledgerEntry(portal.id, { eventId: event('edit-a'), kind: 'edit', ts: 20 }),
      ledgerEntry(portal.id, { eventId: event('edit-Z'), kind: 'edit', ts: 10 }),
      ledgerEntry(portal.id, { eventId: event('part-1'), part: 1, ts: 2 }),
      ledgerEntry(portal.id, { eventId: event('part-0'), part: 0, ts: 3 }),
    ];
    await settleOne(store, '$1', { ledger: entries });
    const ids = (await store.ledger.byMessage(message('m1'))).map(({ eventId }) => eventId);
    expect(ids).toEqual(['$part-0', '$part-1', '$edit-Z', '$edit-a', '$edit-b']);
  });

  it('marks redacted events and brings a snapshot up to date', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const snapshot = {
      messageId: message('m1'),
      portalId: portal.id,
      hash: 'h',
      updatedAt: 5,
      deleted: false,
      lastEditTs: 0,
    };
    await settleOne(store, '$1', { ledger: [ledgerEntry(portal.id)], snapshots: [snapshot] });
    await settleOne(store, '$2', {
      redacted: [event('e1')],
      snapshots: [{ ...snapshot, updatedAt: 6, deleted: true }],
    });
    expect((await store.ledger.byEvent(event('e1')))?.redacted).toBe(true);
    expect(await store.ledger.snapshot(message('m1'))).toMatchObject({ updatedAt: 6, deleted: true });
  });

  it('adds to the totals once for each paired message', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    await settleOne(store, '$1', {
      ledger: [
        ledgerEntry(portal.id),
        ledgerEntry(portal.id, { eventId: event('e2'), part: 1 }),
        ledgerEntry(portal.id, { eventId: event('e3'), kind: 'edit' }),
        ledgerEntry(portal.id, { eventId: event('e4'), messageId: message('m4'), origin: 'workspace' }),
        ledgerEntry(portal.id, { eventId: event('e5'), messageId: message('m5'), origin: 'workspace' }),
      ],
    });
    expect(await store.ledger.totals()).toEqual({ toMatrix: 2, toWorkspace: 1 });
  });

  it('leaves nothing at all when one part of it cannot be written', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const id = await recordOne(store, '$1');
    const settlement = {
      inboxId: id,
      lease: await takeLease(store),
      outcome: 'relayed',
      ledger: [ledgerEntry(portal.id), ledgerEntry(portal.id + 1, { eventId: event('e2') })],
      tombstones: [{ side: 'workspace' as const, target: 'm1' }],
    };
    await expect(store.inbox.settle(settlement)).rejects.toMatchObject({ code: 'RCFED_STORE_CONFLICT' });
    expect((await store.inbox.byId(id))?.state).toBe('pending');
    expect(await store.ledger.byEvent(event('e1'))).toBeUndefined();
    expect(await store.ledger.isGone('workspace', 'm1')).toBe(false);
  });

  it('is not settled a second time', async () => {
    const store = await bench.open();
    const lease = await takeLease(store);
    const id = await settleOne(store, '$1', {});
    await expect(store.inbox.settle({ inboxId: id, lease, outcome: 'again' })).rejects.toMatchObject({
      name: 'LeaseLostError',
    });
    expect((await store.inbox.byId(id))?.outcome).toBe('relayed');
  });

  it('is recorded anew without harm when the batch that brings it fails and comes again', async () => {
    const store = await bench.open();
    const broken = { rows: [inboxRow('$1'), inboxRow('$2', { side: 'nobody' as 'workspace' })] };
    await expect(store.inbox.record(broken)).rejects.toMatchObject({ code: 'RCFED_STORE_CONFLICT' });
    expect(await store.inbox.byKey('homeserver', '$1')).toBeUndefined();
    expect(await store.inbox.record({ rows: [inboxRow('$1')] })).toHaveLength(1);
  });
});

describeStore('an expected effect', (bench) => {
  const effect = { side: 'workspace' as const, target: 'm1', kind: 'text', value: 'hash' };

  it('explains exactly one echo', async () => {
    const store = await bench.open();
    await store.effects.expect(effect);
    for (const other of [{ side: 'homeserver' as const }, { target: 'm2' }, { kind: 'deleted' }, { value: 'else' }]) {
      expect(await store.effects.consume({ ...effect, ...other })).toBe(false);
    }
    expect([await store.effects.consume(effect), await store.effects.consume(effect)]).toEqual([true, false]);
  });

  it('explains as many echoes as it was expected times, also when they come at once', async () => {
    const store = await bench.open();
    await Promise.all([1, 2, 3].map(() => store.effects.expect(effect)));
    const consumed = await Promise.all([1, 2, 3, 4, 5].map(() => store.effects.consume(effect)));
    expect(consumed.filter(Boolean)).toHaveLength(3);
  });

  it('is forgotten with the row that expected it', async () => {
    const store = await bench.open();
    await store.effects.expect(effect);
    await settleOne(store, '$1', { forgetEffects: [effect] });
    expect(await store.effects.consume(effect)).toBe(false);
  });
});
