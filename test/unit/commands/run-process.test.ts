import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;
const children: ChildProcess[] = [];

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await lab.stop();
});

interface Spawned {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: () => string;
  /** Resolves with the first line of stdout or stderr that fits. */
  line(fits: (line: string) => boolean): Promise<string>;
  exit(): Promise<number | null>;
}

/** `federation run` as a process of its own, with nothing but the environment of a container. */
const spawned = (...flags: string[]): Spawned => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/dev.js'), 'federation', 'run', ...flags], {
    env: { ...lab.env, PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: string[] = [];
  const errors: string[] = [];
  const waiting = new Set<() => void>();
  const closed = once(child, 'close') as Promise<[number | null]>;
  const collect = (stream: NodeJS.ReadableStream | null, into: string[]): void => {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      into.push(line);
      for (const look of waiting) look();
    });
  };
  collect(child.stdout, lines);
  collect(child.stderr, errors);
  return {
    child,
    lines,
    errors: () => errors.join('\n'),
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = [...lines, ...errors].find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void closed.then(() => reject(new Error(`it ended: ${lines.join('\n')}${errors.join('\n')}`)));
      }),
    exit: async () => (await closed)[0],
  };
};

describe('federation run as a process', () => {
  it('prints NDJSON, finishes at SIGTERM and exits with 143', async () => {
    const run = spawned('--json');
    const listening = JSON.parse(await run.line((line) => line.includes('"listening"'))) as { listener: string };
    lab.homeserver.addRegistration({ ...lab.registration, url: listening.listener });
    await lab.homeserver.restart('graceful');
    await run.line((line) => line.includes('"ready"'));
    const linked = await lab.run(['rooms', 'link', 'general', '--new', '--json']);
    const { room } = linked.json<{ data: { room: { matrixRoomId: string; alias: string } } }>().data;
    const alice = await lab.matrixUser('alice');
    await alice.join(room.alias);
    const eventId = await alice.say(room.matrixRoomId, "a text that is nobody else's business");
    await run.line((line) => line.includes(eventId));
    run.child.kill('SIGTERM');
    expect(await run.exit()).toBe(143);
    const lines = run.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) expectSchema(line);
    const output = `${run.lines.join('\n')}${run.errors()}`;
    for (const secret of [...lab.secrets, 'nobody else']) expect(output).not.toContain(secret);
    expect(lines.filter(({ event }) => event === 'stopping')).toHaveLength(1);
    expect(lines.filter(({ ref }) => ref === eventId)).toMatchObject([
      { outcome: 'relayed', room: 'general', type: 'm.room.message', by: '@alice:lab.test' },
    ]);
  });

  it('starts again after it was killed, and tells a person what it does', async () => {
    const killed = spawned();
    await killed.line((line) => line.startsWith('Ready. Bridging 1 room'));
    killed.child.kill('SIGKILL');
    await killed.exit();
    const run = spawned();
    await run.line((line) => line.startsWith('Ready. Bridging 1 room (^C to stop)'));
    await run.line((line) => line.includes(`Connecting to ${lab.workspace.url}`));
    const messageId = await posted('hello from Rocket.Chat');
    expect(await run.line((line) => line.includes(messageId))).toMatch(
      /^\d\d:\d\d:\d\d {2}<-- {2}general {2}@admin {2}message {2}\w+ {2}relayed$/,
    );
    run.child.kill('SIGINT');
    expect(await run.exit()).toBe(130);
  });
});

/** A message of the workspace's admin in general; answers its id. */
const posted = async (text: string): Promise<string> => {
  const { userId, token } = lab.workspace.admin;
  const response = await fetch(`${lab.workspace.url}/api/v1/chat.sendMessage`, {
    method: 'POST',
    headers: { 'x-user-id': userId, 'x-auth-token': token, 'content-type': 'application/json' },
    body: JSON.stringify({ message: { rid: 'GENERAL', msg: text } }),
  });
  return ((await response.json()) as { message: { _id: string } }).message._id;
};
