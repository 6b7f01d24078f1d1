import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { Secret } from '../../src/lib/core/secret.ts';
import { checkStore } from '../../src/lib/store/check.ts';
import { migrations } from '../../src/lib/store/migrations.ts';
import type { OpenStore } from '../../src/lib/store/open.ts';
import {
  describeStore,
  drain,
  ledgerEntry,
  reactionEntry,
  message,
  newPerson,
  newPortal,
  pollEntry,
  recordOne,
  takeLease,
} from '../support/stores.ts';

/** Breaks rows as only a fault of ours or of a disk could: past the checks of the database. */
async function vandalise(store: OpenStore, ...statements: string[]): Promise<void> {
  const free = store.engine === 'sqlite' ? 'pragma foreign_keys = off' : `set session_replication_role = replica`;
  const guard = store.engine === 'sqlite' ? 'pragma foreign_keys = on' : `set session_replication_role = origin`;
  await store.database.kysely.connection().execute(async (connection) => {
    for (const statement of [free, ...statements, guard]) await sql.raw(statement).execute(connection);
  });
}

describeStore('looking a store over', (bench) => {
  it('finds nothing in one that is used as it should be', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    await store.people.add(newPerson('p', { token: new Secret('tok') }));
    const lease = await takeLease(store, 'lane');
    const id = await recordOne(store, '$1');
    await store.inbox.settle({ inboxId: id, lease, outcome: 'relayed', ledger: [ledgerEntry(portal.id)] });
    const aside = await recordOne(store, '$2');
    const folded = await recordOne(store, '$3');
    await recordOne(store, '$4');
    await store.inbox.settle({ inboxId: aside, lease, outcome: 'failed', aside: { reason: 'r', detail: 'd' } });
    await store.inbox.settle({ inboxId: folded, lease, outcome: 'folded', foldInto: aside });
    const report = await checkStore(store);
    expect(report).toMatchObject({ engine: bench.engine, version: migrations.at(-1)?.version, findings: [] });
    expect(report.counts).toMatchObject({ inbox: 4, ledger: 1, people: 1, portals: 1, quarantine: 1, tombstones: 0 });
  });

  it('finds each kind of damage and names examples', async () => {
    const store = await bench.open();
    const { portal } = await store.portals.create(newPortal());
    const { portal: closed } = await store.portals.create(
      newPortal({ workspaceRoomId: 'c' as never, matrixRoomId: '!c' as never }),
    );
    const person = await store.people.add(newPerson('p', { token: new Secret('tok') }));
    const lease = await takeLease(store, 'lane');
    for (const key of ['$bodyless', '$reasonless', '$orphan', '$untold', '$done']) await recordOne(store, key);
    await recordOne(store, '$closed', { lane: closed.lane });
    const first = await store.inbox.byKey('homeserver', '$done');
    await store.inbox.settle({
      inboxId: first?.id as number,
      lease,
      outcome: 'relayed',
      ledger: [ledgerEntry(portal.id)],
      snapshots: [
        { messageId: message('m1'), portalId: portal.id, hash: 'h', updatedAt: 1, deleted: false, lastEditTs: 0 },
      ],
      reactions: [reactionEntry(portal.id)],
      pollEntries: [pollEntry(portal.id)],
    });
    await store.portals.update(closed.id, { state: 'closed' });
    await store.attempts.begin(first?.id as number, 'send');
    await vandalise(
      store,
      `update ledger set portal_id = 999`,
      `update reactions set portal_id = 999`,
      `update poll_entries set portal_id = 999`,
      `update snapshots set portal_id = 999`,
      `update inbox set body = null where event_key = '$bodyless'`,
      `update inbox set state = 'aside' where event_key = '$reasonless'`,
      `update inbox set state = 'folded' where event_key = '$orphan'`,
      `update inbox set state = 'done' where event_key = '$untold'`,
      `update attempts set inbox_id = 999`,
      `update portals set matrix_room_id = null where id = ${portal.id}`,
      `update people set token = 'v1.0000000000000000.AAAA' where id = ${person.id}`,
    );
    const { findings } = await checkStore(store);
    expect(Object.fromEntries(findings.map(({ id, examples }) => [id, examples]))).toEqual({
      'ledger-without-portal': ['$e1'],
      'reaction-without-portal': ['$r1'],
      'poll-without-portal': ['$poll'],
      'snapshot-without-portal': ['m1'],
      'pending-without-body': ['$bodyless'],
      'aside-without-reason': ['$reasonless'],
      'folded-into-nothing': ['$orphan'],
      'pending-of-closed-portal': ['$closed'],
      'active-without-room': ['general'],
      'done-without-outcome': ['$untold'],
      'attempt-without-event': ['send'],
      'unreadable-secret': ['token of p'],
    });
    for (const { count } of findings) expect(count).toBe(1);
  });

  it('says how many rows are wrong, with five examples', async () => {
    const store = await bench.open();
    for (let index = 0; index < 8; index += 1) await recordOne(store, `$${index}`);
    await vandalise(store, `update inbox set state = 'aside'`);
    const { findings } = await checkStore(store);
    expect(findings).toMatchObject([{ id: 'aside-without-reason', severity: 'broken', count: 8 }]);
    expect(findings[0]?.examples).toHaveLength(5);
    expect(await drain(store, 'room:a')).toEqual([]);
  });
});
