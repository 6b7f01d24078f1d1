import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { Registration } from '../../src/lib/matrix/types.ts';
import type { ServerName } from '../../src/lib/core/ids.ts';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';
import type { SandboxHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type SandboxWorkspace, startWorkspace } from '../../src/sandbox/workspace/server.ts';
import { type CommandRun, runCommand, type RunOptions } from './run-command.ts';

/** A bridge that `federation run --json` runs in this process. */
export interface RunningBridge {
  /** All lines so far. */
  readonly lines: readonly Record<string, unknown>[];
  /** Resolves with the first line that fits; rejects when the command ends before. */
  line(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** As the first Ctrl-C does; resolves when the command has ended. */
  stop(): Promise<CommandRun>;
  /** The command's end, of its own accord. */
  readonly ended: Promise<CommandRun>;
}

export interface MatrixPerson {
  readonly userId: string;
  join(room: string): Promise<void>;
  /** Answers the event's id. */
  say(roomId: string, text: string): Promise<string>;
  react(roomId: string, eventId: string, key: string): Promise<string>;
}

/** A workspace, a homeserver and what a bridge between them needs, all in this process and a temporary folder. */
export interface BridgeLab {
  readonly folder: string;
  readonly workspace: SandboxWorkspace;
  readonly homeserver: SandboxHomeserver;
  readonly registration: Registration;
  /** Everything a command needs, as a container would get it. */
  readonly env: Readonly<Record<string, string>>;
  /** What none of the outputs may contain. */
  readonly secrets: readonly string[];
  /** Everything that commands printed so far. */
  readonly printed: () => string;
  run(argv: readonly string[], options?: RunOptions): Promise<CommandRun>;
  /** A person on Matrix, who can join rooms and write. */
  matrixUser(localpart: string): Promise<MatrixPerson>;
  /** Starts `federation run` and lets the homeserver know where it listens. */
  bridge(env?: Readonly<Record<string, string>>): Promise<RunningBridge>;
  stop(): Promise<void>;
}

export async function startBridgeLab(): Promise<BridgeLab> {
  const folder = await mkdtemp(join(tmpdir(), 'rcfed-lab-'));
  const workspace = await startWorkspace();
  const bot = workspace.createUser({ username: 'rcfed', roles: ['admin', 'bot'] });
  const registration = makeRegistration({ url: null, serverName: 'lab.test' as ServerName });
  const homeserver = await startHomeserver({
    serverName: 'lab.test',
    registrations: [registration],
    backoffScale: 0.01,
  });
  const secrets = [bot.token, bot.password, registration.asToken.reveal(), registration.hsToken.reveal()];
  const env = {
    HOME: folder,
    RCFED_WORKSPACE_URL: workspace.url,
    RCFED_WORKSPACE_USER_ID: bot.userId,
    RCFED_WORKSPACE_TOKEN: bot.token,
    RCFED_HOMESERVER_URL: homeserver.url,
    RCFED_SERVER_NAME: homeserver.serverName,
    RCFED_AS_TOKEN: registration.asToken.reveal(),
    RCFED_HS_TOKEN: registration.hsToken.reveal(),
    RCFED_LISTEN: '127.0.0.1:0',
  };
  const printed: string[] = [];
  const running = new Set<RunningBridge>();
  const run = async (argv: readonly string[], options: RunOptions = {}): Promise<CommandRun> => {
    const result = await runCommand(argv, { ...options, env: { ...env, ...options.env } });
    printed.push(result.stdout, result.stderr);
    return result;
  };
  return {
    folder,
    workspace,
    homeserver,
    registration,
    env,
    secrets,
    async matrixUser(localpart) {
      const { userId, accessToken } = await homeserver.registerUser(localpart);
      const call = async (method: string, path: string, body: object): Promise<Record<string, string>> => {
        const response = await fetch(`${homeserver.url}/_matrix/client/v3/${path}`, {
          method,
          headers: { authorization: `Bearer ${accessToken}` },
          body: JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        return (await response.json()) as Record<string, string>;
      };
      const send = async (roomId: string, type: string, content: object): Promise<string> => {
        const path = `rooms/${encodeURIComponent(roomId)}/send/${type}/${randomUUID()}`;
        return (await call('PUT', path, content))['event_id'] ?? '';
      };
      return {
        userId,
        join: async (room) => void (await call('POST', `join/${encodeURIComponent(room)}`, {})),
        say: (roomId, text) => send(roomId, 'm.room.message', { msgtype: 'm.text', body: text }),
        react: (roomId, target, key) =>
          send(roomId, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } }),
      };
    },
    printed: () => printed.join('\n'),
    run,
    async bridge(more = {}) {
      const bridge = background(run, more);
      running.add(bridge);
      const { listener } = (await bridge.line(({ event }) => event === 'listening')) as { listener: string };
      homeserver.addRegistration({ ...registration, url: listener });
      await homeserver.restart('graceful');
      return bridge;
    },
    async stop() {
      for (const bridge of running) await bridge.stop();
      await Promise.all([homeserver.stop(), workspace.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts the command without waiting for its end. */
export function background(run: BridgeLab['run'], env: Readonly<Record<string, string>>): RunningBridge {
  const ending = new AbortController();
  const lines: Record<string, unknown>[] = [];
  let over = false;
  const ended = run(['federation', 'run', '--json'], {
    env,
    signal: ending.signal,
    onStdout: (text) =>
      void lines.push(
        ...text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      ),
  }).finally(() => (over = true));
  return {
    lines,
    ended,
    async line(fits) {
      for (;;) {
        const found = lines.find(fits);
        if (found !== undefined) return found;
        if (over) throw new Error(`federation run ended:\n${JSON.stringify(await ended, undefined, 1)}`);
        await sleep(20);
      }
    },
    async stop() {
      const { RcfedError } = await import('../../src/lib/core/errors.ts');
      ending.abort(new RcfedError('RCFED_INTERRUPTED', 'Interrupted'));
      return await ended;
    },
  };
}
