import { systemClock } from '../../src/lib/core/clock.ts';
import { startBridgeProcess } from '../../src/sandbox/bridge-process.ts';

/** Starts the bridge of a setup (JSON, the only argument), prints its process id, and goes on until it is ended. */
const setup = JSON.parse(process.argv[2] ?? '') as Parameters<typeof startBridgeProcess>[0]['setup'];
const { pid } = await startBridgeProcess({ setup, env: process.env, clock: systemClock, fetch: globalThis.fetch });
process.stdout.write(`${pid}\n`);
