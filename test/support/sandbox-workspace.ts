import type { Clock } from '../../src/lib/core/clock.ts';
import { type SandboxWorkspace, startWorkspace, type WorkspaceOptions } from '../../src/sandbox/workspace/server.ts';
import type { Body, Doc } from './workspace-documents.ts';
import { RealtimeClient } from './realtime-client.ts';

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}
export interface Identity {
  readonly userId: string;
  readonly token: string;
}

/** A workspace and a plain client for it, as tests of the sandbox use them. */
export interface WorkspaceUnderTest extends AsyncDisposable {
  readonly server: SandboxWorkspace;
  get(path: string, as?: Identity): Promise<Answer>;
  post(path: string, body?: unknown, as?: Identity, headers?: Record<string, string>): Promise<Answer>;
  /** A realtime connection, logged in unless `as` is missing. */
  realtime(as?: Identity): Promise<RealtimeClient>;
  user(username: string, roles?: readonly string[]): Identity & { username: string; password: string };
  /** A room made by the admin. */
  room(prefix: 'channels' | 'groups', name: string, members?: readonly string[]): Promise<string>;
  /** Sends a text and answers the stored message. */
  say(as: Identity, rid: string, msg: string, more?: Record<string, unknown>): Promise<Doc>;
}

export async function startWorkspaceUnderTest(options: WorkspaceOptions = {}): Promise<WorkspaceUnderTest> {
  const server = await startWorkspace(options);
  const clients: RealtimeClient[] = [];
  const request = async (
    method: string,
    path: string,
    body: unknown,
    as: Identity | undefined,
    more = {},
  ): Promise<Answer> => {
    const response = await fetch(`${server.url}${path.startsWith('/') ? path : `/api/v1/${path}`}`, {
      method,
      headers: {
        ...(as === undefined ? {} : { 'X-Auth-Token': as.token, 'X-User-Id': as.userId }),
        ...(body === undefined || body instanceof FormData ? {} : { 'Content-Type': 'application/json' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : { text }) as Body };
  };
  const under: WorkspaceUnderTest = {
    server,
    get: (path, as = server.admin) => request('GET', path, undefined, as),
    post: (path, body, as = server.admin, headers) => request('POST', path, body, as, headers),
    async realtime(as) {
      const client = await RealtimeClient.connect(server.url);
      clients.push(client);
      if (as !== undefined) await client.call('login', { resume: as.token });
      return client;
    },
    user: (username, roles = ['user']) => server.createUser({ username, roles }),
    async room(prefix, name, members = []) {
      const { body } = await under.post(`${prefix}.create`, { name, members });
      return (prefix === 'channels' ? body.channel : body.group)._id;
    },
    async say(as, rid, msg, more = {}) {
      const { status, body } = await under.post('chat.sendMessage', { message: { rid, msg, ...more } }, as);
      if (status !== 200) throw new Error(`chat.sendMessage: ${status} ${JSON.stringify(body)}`);
      return body['message'];
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await server.stop();
    },
  };
  return under;
}

/** A caller without credentials; `undefined` would mean the admin. */
export const nobody: Identity = { userId: '', token: '' };

/** A clock that stands still until it is told to go on; sleepers wake in order as it passes them. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => now,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        });
      });
    },
    advance(ms) {
      now += ms;
      for (const sleeper of [...sleepers].toSorted((a, b) => a.at - b.at)) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
