import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { ServerName } from '../../src/lib/core/ids.ts';
import {
  bodiesIn,
  type Caller,
  join,
  type Lab,
  makeRoom,
  ok,
  openLab,
  pushed,
  readEvent,
  send,
  unique,
} from '../support/homeserver-lab.ts';
import { homeservers } from '../support/homeservers.ts';
import { eventually } from '../support/eventually.ts';

// Starting a real server takes seconds, and far longer on a busy machine.
describe.each(homeservers)('restarting the $name homeserver', { timeout: 120_000 }, (kind) => {
  let lab: Lab;
  let alice: Caller;
  let ghost: Caller;
  let roomId: string;

  beforeAll(async () => {
    lab = await openLab(kind);
    alice = await lab.person();
    ghost = await lab.ghost();
  });
  afterAll(() => lab?.stop());

  /** Each test has a room of its own, and a sender that is up with nothing left to send. */
  beforeEach(async () => {
    lab.service.onTransaction = () => 'ok';
    lab.service.release();
    roomId = await makeRoom(alice);
    await join(ghost, roomId);
    const start = await send(alice, roomId, 'start');
    await eventually(async () => {
      await ping();
      await pushed(lab.service, start, 50);
    });
  });

  /** That the stream was read shows in nothing outside; the answer to a ping comes after it. */
  const ping = () => ok(lab.bot.call('POST', `/v1/appservice/${lab.registration.id}/ping`, {}));
  const idsOf = (eventId: string) =>
    lab.service.transactions
      .filter((transaction) => transaction.events.some((event) => event.event_id === eventId))
      .map((transaction) => transaction.id);

  test.each(['graceful', 'kill'] as const)(
    'after a %s restart a transaction id counts only where a device was named',
    async (mode) => {
      const plain = lab.as(ghost.userId, { device: false });
      const withDevice = unique();
      const without = unique();
      const first = await send(ghost, roomId, 'with', withDevice);
      const second = await send(plain, roomId, 'without', without);
      await lab.homeserver.restart(mode);
      expect(await send(ghost, roomId, 'with', withDevice)).toBe(first);
      expect(await send(plain, roomId, 'without', without)).not.toBe(second);
      expect((await readEvent(ghost, roomId, first)).unsigned?.['transaction_id']).toBe(withDevice);
    },
  );

  test('an orderly restart repeats the transaction in flight first, and loses what waited behind it', async () => {
    lab.service.onTransaction = () => 'hold';
    const inFlight = await send(alice, roomId, 'in flight');
    await pushed(lab.service, inFlight);
    await send(alice, roomId, 'lost');
    await ping();
    await lab.homeserver.restart('graceful');
    lab.service.onTransaction = () => 'ok';
    // What waits is tried again only when something new happens.
    await pushed(lab.service, await send(alice, roomId, 'later'));
    expect(bodiesIn(lab.service.events(), roomId)).toEqual(['start', 'in flight', 'in flight', 'later']);
    expect(new Set(idsOf(inFlight)).size).toBe(1);
  });

  test('an orderly restart of an idle sender loses and repeats nothing', async () => {
    await pushed(lab.service, await send(alice, roomId, 'before'));
    await ping();
    await lab.homeserver.restart('graceful');
    await pushed(lab.service, await send(alice, roomId, 'after'));
    expect(bodiesIn(lab.service.events(), roomId)).toEqual(['start', 'before', 'after']);
  });

  test('what was stored as a transaction outlives a kill', async () => {
    lab.service.onTransaction = () => 503;
    await pushed(lab.service, await send(alice, roomId, 'fails'));
    const stored = await send(alice, roomId, 'stored');
    // The second failure of the first one shows that the service counts as down, and the other is stored.
    const failures = () => lab.service.events().filter((event) => event.content['body'] === 'fails').length;
    await eventually(() => expect(failures()).toBeGreaterThan(1));
    await lab.homeserver.restart('kill');
    lab.service.onTransaction = () => 'ok';
    await send(alice, roomId, 'wakes the sender');
    await pushed(lab.service, stored);
  });

  test('a transaction that was in flight at a kill comes again under the same id, once the service fails and recovers', async () => {
    lab.service.onTransaction = () => 'hold';
    const inFlight = await send(alice, roomId, 'in flight');
    await pushed(lab.service, inFlight);
    await lab.homeserver.restart('kill');
    lab.service.onTransaction = () => 'ok';
    await pushed(lab.service, await send(alice, roomId, 'after the kill'));
    expect(bodiesIn(lab.service.events(), roomId).filter((body) => body === 'in flight')).toHaveLength(1);
    lab.service.onTransaction = () => 503;
    await pushed(lab.service, await send(alice, roomId, 'fails'));
    lab.service.onTransaction = () => 'ok';
    await eventually(() =>
      expect(bodiesIn(lab.service.events(), roomId).filter((body) => body === 'in flight')).toHaveLength(2),
    );
    expect(new Set(idsOf(inFlight)).size).toBe(1);
  });

  test('events that waited behind a transaction in flight are never pushed after a kill, though they are in the room', async () => {
    lab.service.onTransaction = () => 'hold';
    await pushed(lab.service, await send(alice, roomId, 'in flight'));
    const lost = await send(alice, roomId, 'lost');
    await send(alice, roomId, 'lost too');
    await ping();
    await lab.homeserver.restart('kill');
    lab.service.onTransaction = () => 'ok';
    await pushed(lab.service, await send(alice, roomId, 'later'));
    expect((await readEvent(alice, roomId, lost)).content['body']).toBe('lost');
    expect(bodiesIn(lab.service.events(), roomId)).not.toContain('lost');
  });

  test('a new registration counts from the next start on', async () => {
    const added = makeRegistration({
      id: 'second',
      url: lab.service.url,
      prefix: 'zz_',
      senderLocalpart: 'zzbot',
      serverName: lab.homeserver.serverName as ServerName,
    });
    lab.homeserver.addRegistration(added);
    const whoami = async () =>
      (
        await fetch(`${lab.homeserver.url}/_matrix/client/v3/account/whoami`, {
          headers: { Authorization: `Bearer ${added.asToken.reveal()}`, Connection: 'close' },
        })
      ).status;
    expect(await whoami()).toBe(401);
    await lab.homeserver.restart('graceful');
    expect(await whoami()).toBe(200);
    await lab.homeserver.registerUser(`person-${unique()}`);
    await expect(lab.homeserver.registerUser(`zz_${unique()}`)).rejects.toThrow();
  });

  test('people, rooms and media outlive a kill', async () => {
    const eventId = await send(alice, roomId, 'kept');
    await lab.homeserver.restart('kill');
    expect((await readEvent(alice, roomId, eventId)).content['body']).toBe('kept');
    expect((await ok(ghost.call('GET', '/v3/joined_rooms')))['joined_rooms']).toContain(roomId);
  });
});

describe.each(homeservers)('a namespace of every name on the $name homeserver', { timeout: 120_000 }, (kind) => {
  test('keeps new people out, while the administrator stays', async () => {
    const registration = makeRegistration({ url: null, prefix: '', serverName: 'sandbox.test' as ServerName });
    const homeserver = await kind.start({ serverName: 'sandbox.test', registrations: [registration] });
    try {
      await expect(homeserver.registerUser('alice')).rejects.toThrow();
      const answer = await fetch(`${homeserver.url}/_matrix/client/v3/account/whoami`, {
        headers: { Authorization: `Bearer ${homeserver.adminToken}` },
      });
      expect(answer.status).toBe(200);
    } finally {
      await homeserver.stop();
    }
  });
});
