import { expect, it } from 'vitest';
import type { EventId, MatrixUserId, MessageId, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { OpenStore } from '../../src/lib/store/open.ts';
import type { Somebody } from '../../src/lib/store/personal-types.ts';
import { describeStore, ledgerEntry, newPerson, newPortal, recordOne, takeLease } from '../support/stores.ts';

const alice = {
  home: 'homeserver',
  matrixUserId: '@alice:elsewhere.org' as MatrixUserId,
  workspaceUserId: 'ALICE' as WorkspaceUserId,
} satisfies Somebody;
const bob = {
  home: 'workspace',
  matrixUserId: '@rc_bob:example.org' as MatrixUserId,
  workspaceUserId: 'BOB' as WorkspaceUserId,
} satisfies Somebody;

/** Alice has written three messages and edited one, bob one. */
async function conversation(store: OpenStore) {
  const { portal } = await store.portals.create(newPortal());
  const entries = [
    ...['$a1', '$a2', '$a3', '$a4'].map((id, at) =>
      ledgerEntry(portal.id, {
        eventId: id as EventId,
        messageId: (id === '$a4' ? 'm$a1' : `m${id}`) as MessageId,
        kind: id === '$a4' ? 'edit' : 'message',
        origin: alice.home,
        matrixUserId: alice.matrixUserId,
        workspaceUserId: alice.workspaceUserId,
        ts: at,
      }),
    ),
    ledgerEntry(portal.id, {
      eventId: '$b1' as EventId,
      messageId: 'm$b1' as MessageId,
      origin: bob.home,
      matrixUserId: bob.matrixUserId,
      workspaceUserId: bob.workspaceUserId,
    }),
  ];
  const inboxId = await recordOne(store, '$a1', {
    lane: portal.lane,
    body: JSON.stringify({ sender: alice.matrixUserId, content: { body: 'a secret' } }),
  });
  const snapshots = entries.map(({ messageId }) => ({
    messageId,
    portalId: portal.id,
    hash: 'h',
    updatedAt: 1,
    deleted: false,
    lastEditTs: 0,
  }));
  const reactions = [
    {
      portalId: portal.id,
      messageId: 'm$b1' as MessageId,
      emoji: ':heart:',
      eventId: '$r1' as EventId,
      origin: alice.home,
      matrixUserId: alice.matrixUserId,
      workspaceUserId: alice.workspaceUserId,
      username: 'alice',
    },
  ];
  const lease = await takeLease(store, `lane:${portal.lane}`);
  await store.inbox.settle({ inboxId, lease, outcome: 'relayed', ledger: entries, snapshots, reactions });
  return { portal, entries };
}

describeStore('what is known of one person', (bench) => {
  it('is found by pages, with how much it is and where', async () => {
    const store = await bench.open();
    const { portal } = await conversation(store);
    const first = await store.personal.written(alice, { limit: 3 });
    expect(first.map(({ eventId }) => eventId)).toEqual(['$a1', '$a2', '$a3']);
    const rest = await store.personal.written(alice, { limit: 3, after: '$a3' as EventId });
    expect(rest.map(({ eventId }) => eventId)).toEqual(['$a4']);
    expect(await store.personal.totals(alice)).toEqual({ messages: 3, edits: 1 });
    expect(await store.personal.totals(bob)).toEqual({ messages: 1, edits: 0 });
    expect(await store.personal.wroteIn(alice)).toEqual([portal.id]);
    expect(await store.personal.reactions(alice)).toHaveLength(1);
    expect(await store.personal.bodies(alice)).toBe(1);
    expect(await store.personal.bodies(bob)).toBe(0);
  });

  it('says who is a member where', async () => {
    const store = await bench.open();
    const { portal } = await conversation(store);
    const ghost = await store.people.add(newPerson('bob', { kind: 'ghost', matrixUserId: bob.matrixUserId }));
    await store.people.setMember(portal.id, ghost.id, true);
    expect(await store.personal.portalsOf(ghost.id)).toEqual([portal.id]);
  });

  it('once buried nothing brings it back, and it is found until the names are off', async () => {
    const store = await bench.open();
    await conversation(store);
    const page = await store.personal.written(alice, { limit: 10 });
    await store.personal.bury(page);
    expect(await store.ledger.snapshot('m$a1' as MessageId)).toMatchObject({ deleted: true });
    expect(await store.ledger.isGone('workspace', 'm$a1')).toBe(true);
    expect(await store.ledger.isGone('homeserver', '$a4')).toBe(true);
    expect(await store.personal.written(alice, { limit: 10, standing: true })).toEqual([]);
    expect(await store.personal.written(alice, { limit: 10 })).toHaveLength(4);
    await store.personal.takeNamesOff(page);
    expect(await store.personal.written(alice, { limit: 10 })).toEqual([]);
    expect(await store.ledger.byEvent('$a1' as EventId)).toMatchObject({ matrixUserId: '', redacted: true });
    expect(await store.ledger.byEvent('$b1' as EventId)).toMatchObject({ matrixUserId: bob.matrixUserId });
    expect(await store.ledger.snapshot('m$b1' as MessageId)).toMatchObject({ deleted: false });
  });

  it('is forgotten: their row and its secrets, reactions, texts, and what of theirs still waits', async () => {
    const store = await bench.open();
    const { portal } = await conversation(store);
    const puppet = await store.people.add(
      newPerson('alice', {
        kind: 'puppet',
        matrixUserId: alice.matrixUserId,
        workspaceUserId: alice.workspaceUserId,
        token: new Secret('t'),
      }),
    );
    await store.people.setMember(portal.id, puppet.id, true);
    const body = (sender: string): string => JSON.stringify({ sender, content: { body: 'waits' } });
    await recordOne(store, '$waits', { lane: portal.lane, body: body(alice.matrixUserId) });
    await recordOne(store, '$others', { lane: portal.lane, body: body('@alice:elsewhere.org.uk') });
    expect(await store.personal.forget(alice)).toBeGreaterThan(0);
    expect(await store.people.byMatrixUser(alice.matrixUserId)).toBeUndefined();
    expect(await store.personal.reactions(alice)).toEqual([]);
    expect(await store.personal.bodies(alice)).toBe(0);
    expect(await store.inbox.byKey('homeserver', '$waits')).toMatchObject({ state: 'done', outcome: 'erased' });
    expect((await store.inbox.head(portal.lane, 'homeserver'))?.key).toBe('$others');
    expect(await store.personal.forget(alice)).toBe(0);
  });
});
