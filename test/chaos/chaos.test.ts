import { expect, test } from 'vitest';
import { CRASH_POINTS, runChaos } from './chaos.ts';
import { realHomeserver, sandboxHomeserver } from './homeserver.ts';

/** Of each named moment at least so many, whatever else happens. */
const AT_EACH_POINT = 5;
const KILLS = 50;
/** Fewer messages than that were no load; how many there are beyond it is the machine's to say. */
const LOAD = 20;

const whole = { lost: [], duplicated: [], reordered: [], unexpected: [] };
const quiet = (): void => {};

test(`${KILLS} kills of the bridge at named moments lose, double and reorder nothing`, async () => {
  const result = await runChaos({ bridgeKills: KILLS, homeserverKills: 0, homeserver: sandboxHomeserver, say: quiet });
  expect(result).toMatchObject(whole);
  for (const { name } of CRASH_POINTS) expect(result.kills[name] ?? 0, name).toBeGreaterThanOrEqual(AT_EACH_POINT);
  expect(result.sent.toMatrix).toBeGreaterThan(LOAD);
  expect(result.sent.toWorkspace).toBeGreaterThan(LOAD);
}, 540_000);

const synapse = realHomeserver();
// Whether a Synapse must be there is said by test/support/homeservers.ts, loudly.
if (synapse !== undefined) {
  test('10 kills of a real Synapse under load lose, double and reorder nothing', async () => {
    const options = { bridgeKills: 0, homeserverKills: 10, homeserver: synapse, say: quiet, pauseMs: 400 };
    const result = await runChaos(options);
    expect(result).toMatchObject(whole);
    expect(result.homeserverKills).toBe(10);
    expect(result.sent.toMatrix).toBeGreaterThan(LOAD);
    expect(result.sent.toWorkspace).toBeGreaterThan(LOAD);
  }, 540_000);
}
