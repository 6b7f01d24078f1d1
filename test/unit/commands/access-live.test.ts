import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { repositoryRoot } from '../../support/run-command.ts';

/** Rules that a command in a process of its own changes while the bridge runs. */

let lab: BridgeLab;
let listener: string;
let roomId: string;
const carried: string[] = [];

beforeAll(async () => {
  lab = await startBridgeLab();
  const bridge = await lab.bridge();
  ({ listener } = (await bridge.line(({ event }) => event === 'listening')) as { listener: string });
  const linked = await lab.run(['rooms', 'link', 'general', '--new', '--json']);
  roomId = linked.json<{ data: { room: { matrixRoomId: string } } }>().data.room.matrixRoomId;
});
afterAll(() => lab.stop());

const rcfed = (...argv: string[]) =>
  promisify(execFile)(process.execPath, [join(repositoryRoot, 'bin/dev.js'), ...argv], {
    env: { ...lab.env, PATH: process.env['PATH'] },
  });

/** As the homeserver pushes what somebody on another server wrote. */
async function says(sender: string, body: string): Promise<void> {
  const event = {
    event_id: `$${randomUUID()}`,
    room_id: roomId,
    sender,
    type: 'm.room.message',
    origin_server_ts: Date.now(),
    content: { msgtype: 'm.text', body },
  };
  const answer = await fetch(`${listener}/_matrix/app/v1/transactions/${randomUUID()}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${lab.registration.hsToken.reveal()}` },
    body: JSON.stringify({ events: [event] }),
  });
  expect(answer.status).toBe(200);
}

/** In the order in which they were said, so that what is missing was not carried. */
async function arrives(text: string): Promise<void> {
  const { state } = lab.workspace;
  const room = state.rooms.all().find(({ name }) => name === 'general');
  await expect
    .poll(
      () => {
        carried.length = 0;
        for (const { msg, t } of state.messages.inRoom(room?._id ?? '')) if (t === undefined) carried.push(msg);
        return carried;
      },
      { timeout: 20_000 },
    )
    .toContain(text);
}

it('count for the next event after the command has ended', async () => {
  await says('@eve:bad.org', 'one');
  await arrives('one');
  await rcfed('federation', 'access', 'block', 'bad.org');
  await says('@eve:bad.org', 'two');
  await says('@bob:good.example', 'three');
  await arrives('three');
  await rcfed('federation', 'access', 'remove', 'bad.org');
  await says('@eve:bad.org', 'four');
  await arrives('four');
  expect(carried).toEqual(['one', 'three', 'four']);
});
