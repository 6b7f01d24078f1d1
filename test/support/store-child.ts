/**
 * A process of its own that works on a store until it is killed: `node store-child.ts hold|record URL`.
 * It says `ready` once it is at work; `record` then says the number of each batch that is committed.
 */
import { systemClock } from '../../src/lib/core/clock.ts';
import { openStore } from '../../src/lib/store/open.ts';
import type { NewInboxRow } from '../../src/lib/store/inbox-types.ts';

const BATCH = 250;
const [task, url = ''] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const store = await openStore({ url, key: new Uint8Array(32).fill(7), clock: systemClock, lock: true });
say('ready');
if (task === 'hold') setInterval(() => {}, 1000);
for (let batch = 0; task === 'record'; batch += 1) {
  const rows = Array.from({ length: BATCH }, (_, index): NewInboxRow => {
    const key = `$${batch}.${index}`;
    return {
      side: 'homeserver',
      lane: `batch:${batch}`,
      key,
      ref: key,
      type: 'm.room.message',
      body: 'x'.repeat(2000),
    };
  });
  await store.inbox.record({ rows, cursors: [{ name: 'batch', value: String(batch) }] });
  say(String(batch));
}
