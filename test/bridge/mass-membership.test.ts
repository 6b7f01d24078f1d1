import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lastMatrixMemberCount } from '../../src/lib/bridge/membership/count.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixRoomId, MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type Bench, type RunningBridge, post, send, startBench } from '../support/bridge-bench.ts';
import { allIsWell, aliceReads, bobReads } from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const LINKED_WITHIN_MS = 60_000;
const MIB = 1024 * 1024;
/** On the heap of this process, with both sandboxes. */
const MOST_BYTES = 150 * MIB;

describe.each(finerHomeservers)('a Matrix room with very many people, on $name', (homeserver) => {
  const people = homeserver.name === 'sandbox' ? 20_000 : 500;
  const serverName = `${homeserver.name}.test` as ServerName;
  // People of another application service are made and join without logging in.
  const crowd = makeRegistration({ id: 'crowd', url: null, serverName, prefix: 'crowd-', senderLocalpart: 'crowd' });
  let bench: Bench;
  let running: RunningBridge;

  beforeAll(async () => {
    bench = await startBench({ homeserver, registrations: homeserver.name === 'sandbox' ? [] : [crowd] });
    running = await bench.start();
  });
  afterAll(() => bench.stop());

  const gather = async (room: MatrixRoomId): Promise<void> => {
    if (homeserver.name === 'sandbox') return (bench.homeserver as SandboxHomeserver).joinCrowd(room, people);
    const service = await createMatrixApi({
      baseUrl: bench.homeserver.url,
      asToken: crowd.asToken,
      userId: `@crowd:${serverName}` as MatrixUserId,
      serverName,
      clock: systemClock,
      log: () => {},
    });
    const numbers = Array.from({ length: people }, (_, index) => index + 1);
    const come = async (): Promise<void> => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        await service.registerGhost(`crowd-${number}`);
        await service.as(`@crowd-${number}:${serverName}` as MatrixUserId).join(room);
      }
    };
    await Promise.all(Array.from({ length: 4 }, come));
  };

  test(
    'is linked without a puppet for each, and whoever speaks gets one',
    { timeout: LINKED_WITHIN_MS + 240_000 },
    async () => {
      const bob = await bench.workspaceUser('bob');
      const alice = await bench.matrixUser('alice');
      const matrixRoom = await alice.createRoom({ preset: 'public_chat', visibility: 'private' });
      await gather(matrixRoom);
      const room = await bob.createRoom('c', 'crowded');
      const { parts } = running.connected;
      const before = process.memoryUsage().heapUsed;
      const linking = AbortSignal.timeout(LINKED_WITHIN_MS);
      await running.service.link({ room: room.name, matrixRoom });
      const scene = { bob, alice, room, matrixRoom, puppet: `alice.${serverName}`, ghost: '' as MatrixUserId };
      await eventually(async () => {
        expect(linking.aborted).toBe(false);
        expect(await alice.joinedMembers(matrixRoom)).toContain(`@rc_bob:${serverName}`);
      }, LINKED_WITHIN_MS);
      expect(await parts.store.people.count()).toEqual({ ghosts: 1, puppets: 0 });
      await send(alice, matrixRoom, 'hello from the crowd');
      await bobReads(scene, ['hello from the crowd'], LINKED_WITHIN_MS);
      await post(bob, room, 'hello to the crowd');
      await aliceReads(scene, ['hello from the crowd', 'hello to the crowd'], LINKED_WITHIN_MS);
      await allIsWell(running);
      expect(await parts.store.people.count()).toEqual({ ghosts: 1, puppets: 1 });
      const [portal] = running.bridge.portals.all();
      // alice, the bot and bob's ghost besides.
      expect((await running.service.show({ room: room.name })).matrix?.members).toBe(people + 3);
      expect(portal && (await lastMatrixMemberCount(parts, portal))).toBe(people + 3);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(MOST_BYTES);
    },
  );
});
