import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/lib/core/clock.ts';
import { startBridgeProcess } from '../../src/sandbox/bridge-process.ts';

/** Starts a silent bridge on the port that is the only argument, prints its process id, and goes on until it is ended. */
const [, , port = ''] = process.argv;
const { pid } = await startBridgeProcess({
  setup: { environment: { SILENT_PORT: port }, profileName: 'none', profile: { listen: `127.0.0.1:${port}` } },
  program: [process.execPath, fileURLToPath(new URL('silent-bridge.ts', import.meta.url))],
  env: process.env,
  clock: systemClock,
  fetch: globalThis.fetch,
});
process.stdout.write(`${pid}\n`);
