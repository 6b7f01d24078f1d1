// Places that people share on Matrix.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  bobReads,
  fresh,
  messageInWorkspace,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const MAP = 'https://www.openstreetmap.org/?mlat=48.2082&mlon=16.3738#map=16/48.2082/16.3738';

describe.each(finerHomeservers)('places from Matrix, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let sent = 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const say = (content: Record<string, unknown>): Promise<EventId> => {
    sent += 1;
    return scene.alice.sendEvent(scene.matrixRoom, 'm.room.message', `place-${process.pid}-${sent}`, content);
  };
  const place = (body: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    msgtype: 'm.location',
    body,
    geo_uri: 'geo:48.2082,16.3738',
    ...more,
  });

  test('a place is a link to a map that anybody may open, and a point that Rocket.Chat shows', async () => {
    await say(place('Stephansdom, Wien'));
    await bobReads(scene, [`📍 [Stephansdom, Wien](${MAP})`]);
    const message = await messageInWorkspace(scene, `📍 [Stephansdom, Wien](${MAP})`);
    expect(message['location']).toEqual({ type: 'Point', coordinates: [16.3738, 48.2082] });
  });

  test('what its sender calls it, that it is their own, and how exact it is, are said', async () => {
    await say(
      place('Location was shared at geo:48.2082,16.3738;u=35', {
        geo_uri: 'geo:48.2082,16.3738;u=35',
        'org.matrix.msc3488.location': { uri: 'geo:48.2082,16.3738;u=35', description: 'Here [I] am' },
        'org.matrix.msc3488.asset': { type: 'm.self' },
      }),
    );
    await bobReads(scene, [`📍 [Here (I) am](${MAP}) (their own position, within 35 m)`]);
  });

  test('a place is edited and taken back like any message', async () => {
    const target = await say(place('Meet here'));
    await bobReads(scene, [`📍 [Meet here](${MAP})`]);
    const corrected = place('Meet there', { geo_uri: 'geo:-1.5,2' });
    await say({
      ...place('* Meet there'),
      'm.new_content': corrected,
      'm.relates_to': { rel_type: 'm.replace', event_id: target },
    });
    await bobReads(scene, ['📍 [Meet there](https://www.openstreetmap.org/?mlat=-1.5&mlon=2#map=16/-1.5/2)']);
    await scene.alice.redact(scene.matrixRoom, target, `unplace-${target}`);
    await bobReads(scene, []);
  });

  test('what is no place on earth is what its sender says of it', async () => {
    await say(place('Atlantis', { geo_uri: 'geo:123,456' }));
    await bobReads(scene, ['Atlantis\n[m.location]']);
    expect(fresh(await workspaceTexts(scene))).toHaveLength(1);
  });
});
