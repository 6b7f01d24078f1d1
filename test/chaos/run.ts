// npm run chaos -- [--kills N] [--homeserver-kills N] [--synapse] [--store URL] [--pause MS] [--json]
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';
import { realHomeserver, sandboxHomeserver } from './homeserver.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    'homeserver-kills': { type: 'string', default: '0' },
    synapse: { type: 'boolean', default: false },
    store: { type: 'string' },
    pause: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const homeserver = values.synapse ? realHomeserver() : sandboxHomeserver;
if (homeserver === undefined) throw new Error('There is no Synapse here.');
const result = await runChaos({
  bridgeKills: Number(values.kills),
  homeserverKills: Number(values['homeserver-kills']),
  homeserver,
  say,
  pauseMs: Number(values.pause),
  ...(values.store === undefined ? {} : { store: values.store }),
});
const { sent, lost, duplicated, reordered, unexpected, kills, homeserverKills } = result;
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  for (const [name, count] of Object.entries(kills)) process.stdout.write(`killed ${name}: ${count}\n`);
  if (homeserverKills > 0) process.stdout.write(`homeserver killed: ${homeserverKills}\n`);
  process.stdout.write(`sent to Matrix ${sent.toMatrix}, to Rocket.Chat ${sent.toWorkspace}\n`);
  process.stdout.write(
    `lost ${lost.length}, duplicated ${duplicated.length}, reordered ${reordered.length}, unexpected ${unexpected.length}\n`,
  );
  for (const text of [...lost, ...duplicated, ...reordered, ...unexpected].slice(0, 40))
    process.stdout.write(`  ${text}\n`);
}
const wrong = lost.length + duplicated.length + reordered.length + unexpected.length;
process.stdout.write('', () => process.exit(wrong === 0 ? 0 : 1));
