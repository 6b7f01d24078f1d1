import { type Account, sha256 } from './account-book.ts';
import { logIn, type LoginRequest, revokeTokens } from './accounts.ts';
import { countRealtimeCall } from './ddp-limiter.ts';
import { methodError } from './method-error.ts';
import { fromEjson, meteorId, MeteorError, toEjson } from './meteor.ts';
import { callMethod } from './methods.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { mayRead, type Streams } from './streams.ts';
import type { Workspace } from './workspace.ts';

const PING_EVERY_MS = 17_500;
const PONG_WITHIN_MS = 15_000;
const DAY_MS = 86_400_000;

export interface Session {
  readonly hashedToken: string | undefined;
  receive(frame: string): void;
  close(): void;
  /** To be called once the socket is gone: frees what the session held. */
  ended(): void;
}

export interface Wire {
  send(frame: string): void;
  close(): void;
  terminate(): void;
}

type Frame = Readonly<Record<string, unknown>>;

/** One DDP connection, version 1. */
export function createSession(workspace: Workspace, streams: Streams, limiter: () => RateLimiter, wire: Wire): Session {
  const id = meteorId();
  const subscriptions = new Map<string, { stream: string; key: string }>();
  const life = new AbortController();
  let connected = false;
  let heard = false;
  let account: Account | undefined;
  let hashedToken: string | undefined;
  const send = (frame: Frame): void => wire.send(JSON.stringify(frame));
  const listener = {
    get account() {
      return account;
    },
    send: (frame: string) => wire.send(frame),
  };
  const count = (name: string): void =>
    countRealtimeCall(workspace, limiter(), { connectionId: id, userId: account?.user._id, name });

  /** Pings, and drops a connection from which nothing came in time. */
  async function heartbeat(): Promise<void> {
    for (;;) {
      await workspace.clock.sleep(PING_EVERY_MS, life.signal);
      if (heard) {
        heard = false;
        continue;
      }
      send({ msg: 'ping' });
      await workspace.clock.sleep(PONG_WITHIN_MS, life.signal);
      if (!heard) return wire.terminate();
    }
  }

  function connect(frame: Frame): void {
    if (frame['version'] !== '1') {
      send({ msg: 'failed', version: '1' });
      return wire.close();
    }
    connected = true;
    send({ msg: 'connected', session: id });
    heartbeat().catch(() => undefined);
  }

  function subscribe(frame: Frame): void {
    const subId = String(frame['id']);
    const stream = String(frame['name']);
    const [first] = (frame['params'] as unknown[] | undefined) ?? [];
    const key = typeof first === 'string' ? first : '';
    try {
      count(stream);
      const allowed = mayRead(workspace, account, stream, key);
      if (allowed === undefined) throw new MeteorError(404, `Subscription '${stream}' not found`);
      if (!allowed) throw new MeteorError('not-allowed', 'not-allowed');
    } catch (error) {
      return send({ msg: 'nosub', id: subId, error: methodError(error) });
    }
    subscriptions.set(subId, { stream, key });
    streams.add(listener, stream, key);
    send({ msg: 'ready', subs: [subId] });
  }

  function unsubscribe(subId: string): void {
    const found = subscriptions.get(subId);
    subscriptions.delete(subId);
    const others = [...subscriptions.values()].some(({ stream, key }) => stream === found?.stream && key === found.key);
    if (found !== undefined && !others) streams.remove(listener, found.stream, found.key);
    send({ msg: 'nosub', id: subId });
  }

  function method(frame: Frame): void {
    const callId = String(frame['id']);
    const name = String(frame['method']);
    const params = (fromEjson(frame['params'] ?? []) as unknown[]) ?? [];
    try {
      count(name);
      send({ msg: 'result', id: callId, result: toEjson(perform(name, params)) });
    } catch (error) {
      send({ msg: 'result', id: callId, error: methodError(error) });
    }
    send({ msg: 'updated', methods: [callId] });
  }

  function perform(name: string, params: readonly unknown[]): unknown {
    if (name === 'login') return login((params[0] ?? {}) as Record<string, unknown>);
    if (account === undefined) throw new MeteorError('error-invalid-user', 'Invalid user', { method: name });
    if (name !== 'logout') return callMethod(workspace, account, name, params);
    const gone = hashedToken;
    const loggedOut = account;
    account = hashedToken = undefined;
    // Whatever token it was, also a personal access token, is deleted.
    revokeTokens(workspace, loggedOut, ({ hashed }) => hashed === gone);
    return undefined;
  }

  function login(request: Record<string, unknown>): unknown {
    const done = logIn(workspace, loginRequest(request));
    ({ account } = done);
    hashedToken = sha256(done.token, 'base64');
    const { _id, username, name, emails } = account.user;
    send({ msg: 'added', collection: 'users', id: _id, fields: toEjson({ username, name, emails }) });
    showPresence(workspace, account, 'online');
    const tokenExpires = new Date(
      done.record.createdAt + workspace.settings.get<number>('Accounts_LoginExpiration') * DAY_MS,
    );
    return { id: _id, token: done.token, tokenExpires, type: request['resume'] === undefined ? 'password' : 'resume' };
  }

  return {
    get hashedToken() {
      return hashedToken;
    },
    receive(text) {
      heard = true;
      const frame = parse(text);
      if (frame?.['msg'] === 'connect') return connect(frame);
      if (frame === undefined || !connected)
        return send({ msg: 'error', reason: 'Must connect first', offendingMessage: frame });
      if (frame['msg'] === 'ping')
        return send({ msg: 'pong', ...(frame['id'] === undefined ? {} : { id: frame['id'] }) });
      if (frame['msg'] === 'sub') return subscribe(frame);
      if (frame['msg'] === 'unsub') return unsubscribe(String(frame['id']));
      if (frame['msg'] === 'method') return method(frame);
      if (frame['msg'] !== 'pong') send({ msg: 'error', reason: 'Bad request', offendingMessage: frame });
    },
    close: () => wire.close(),
    ended() {
      life.abort();
      for (const { stream, key } of subscriptions.values()) streams.remove(listener, stream, key);
      if (account !== undefined) showPresence(workspace, account, 'offline');
    },
  };
}

function parse(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? (value as Frame) : undefined;
  } catch {
    return undefined;
  }
}

function loginRequest(request: Record<string, unknown>): LoginRequest {
  if (typeof request['resume'] === 'string') return { resume: request['resume'] };
  const totp = request['totp'] as { code?: string; login?: Record<string, unknown> } | undefined;
  const login = totp?.login ?? request;
  const user = login['user'] as { username?: string; email?: string } | undefined;
  const password = login['password'] as string | { digest?: string } | undefined;
  return {
    user: user?.username ?? user?.email,
    password: typeof password === 'string' ? password : undefined,
    digest: typeof password === 'object' ? password.digest : undefined,
    code: totp?.code,
  };
}

function showPresence(workspace: Workspace, account: Account, status: 'online' | 'offline'): void {
  account.user.status = status;
  if (workspace.settings.get<boolean>('Presence_broadcast_disabled')) return;
  const { _id, username, name, roles, statusText } = account.user;
  const args = [[_id, username, status === 'online' ? 1 : 0, statusText, name, roles]];
  workspace.bus.emit({ kind: 'notify-logged', event: 'user-status', args });
}
