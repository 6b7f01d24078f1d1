// A bridge in a process of its own that ends itself with SIGKILL at a named moment.
// CHAOS_CRASH=<checkpoint>:<nth time>:<ms later>
import { startBridge } from '../../src/lib/bridge/bridge.ts';
import { connectBridge } from '../../src/lib/bridge/connect.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { ServerName, WorkspaceUserId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { readSetting } from './setting.ts';

const setting = readSetting();
const [, named, times = '0', delayMs = '0'] = /^(.+):(\d+):(\d+)$/.exec(process.env['CHAOS_CRASH'] ?? '') ?? [];
let passes = 0;

const crash = (): void => void process.kill(process.pid, 'SIGKILL');

const connected = await connectBridge(
  {
    workspace: {
      url: setting.workspaceUrl,
      credentials: {
        userId: setting.workspaceBot.userId as WorkspaceUserId,
        token: new Secret(setting.workspaceBot.token),
      },
    },
    homeserver: { url: setting.homeserverUrl, serverName: setting.serverName as ServerName },
    registration: { id: 'rcfed', asToken: new Secret(setting.asToken), senderLocalpart: 'rcfed', prefix: 'rc_' },
    store: setting.store,
    key: new Uint8Array(32).fill(5),
    identity: 'puppets',
    deadlineMs: 10_000,
  },
  {
    clock: systemClock,
    log: (level, event, fields) => {
      if (level !== 'debug' || process.env['CHAOS_DEBUG'] !== undefined)
        process.stderr.write(`${level} ${event} ${JSON.stringify(fields ?? {})}\n`);
    },
    lock: true,
    passed(checkpoint) {
      if (checkpoint !== named) return;
      passes += 1;
      if (passes !== Number(times)) return;
      if (delayMs === '0') crash();
      else setTimeout(crash, Number(delayMs));
    },
  },
);
const bridge = await startBridge({
  parts: connected.parts,
  realtime: connected.realtime,
  listen: { host: '127.0.0.1', port: setting.listenPort, hsToken: new Secret(setting.hsToken) },
  keepBodiesMs: 60 * 60 * 1000,
});
process.stdout.write('listening\n');
process.once('SIGTERM', () => {
  void bridge
    .stop()
    .then(() => connected.close())
    .then(() => process.exit(0));
});
