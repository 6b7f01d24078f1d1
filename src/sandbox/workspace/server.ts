import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../../lib/core/clock.ts';
import type { Account } from './account-book.ts';
import { createAccount, insertAccount, issueToken, type NewAccount, revokeTokens } from './accounts.ts';
import { createRealtime } from './ddp.ts';
import type { Faults } from './faults.ts';
import { createRequestHandler, type RequestHook } from './http.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createRest } from './rest.ts';
import { subscribe } from './rooms.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

export interface WorkspaceOptions {
  /** A loopback address; default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Whose behaviour to play: 6.13, 7.13, 8.8 or 9.0, with or without a patch number. */
  version?: string;
  admin?: { username: string; password: string };
  clock?: Clock;
  /** Over the server's defaults; `Site_Url` is this server's own unless given. */
  settings?: Readonly<Record<string, unknown>>;
  /** As `OVERWRITE_SETTING_…` in the server's environment does: setting them is taken, and changes nothing. */
  forcedSettings?: Readonly<Record<string, unknown>>;
  /** The environment's CREATE_TOKENS_FOR_USERS_SECRET; given: users.createToken works. */
  createTokensSecret?: string;
  /** Called for each REST request (except uploads) before it acts; what it throws is answered 500. */
  onRequest?: RequestHook;
}

export interface SandboxWorkspace {
  readonly url: string;
  readonly version: string;
  /** The token is a personal access token that passes without a second factor. */
  readonly admin: {
    readonly username: string;
    readonly password: string;
    readonly userId: string;
    readonly token: string;
  };
  readonly faults: Faults;
  /** Everything it remembers, for tests to look at and to reach into. */
  readonly state: Workspace;
  /** Makes a user without going through REST and its limiter, with a personal access token. */
  createUser(user: Partial<NewAccount> & { username: string }): {
    userId: string;
    username: string;
    password: string;
    token: string;
  };
  /** Ends all tokens of a user and the sessions logged in with them. */
  revokeTokens(username: string): void;
  /** Open realtime connections. */
  realtimeConnections(): number;
  /** Drops all realtime sockets; what is emitted until they are back is lost to them. */
  cutRealtime(): void;
  /** As if the process were restarted at once: sockets drop, sessions, counters and late events are lost, documents stay. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/**
 * Starts a Rocket.Chat-like workspace in this process.
 * @throws Error for an address that isn't loopback, a version older than 6, or a port in use.
 */
export async function startWorkspace(options: WorkspaceOptions = {}): Promise<SandboxWorkspace> {
  const host = options.host ?? '127.0.0.1';
  if (!LOOPBACK.test(host)) throw new Error(`The sandbox listens on loopback only, not on ${host}`);
  const clock = options.clock ?? systemClock;
  const state = createWorkspace({
    version: options.version ?? '8.8.1',
    clock,
    settings: options.settings ?? {},
    forcedSettings: options.forcedSettings,
    createTokensSecret: options.createTokensSecret,
  });
  const admin = furnish(state, options.admin ?? { username: 'admin', password: 'sandbox-admin' });

  let limiter = createRateLimiter(clock);
  let rest = createRest(state, limiter);
  const sockets = new Set<Socket>();
  const server = createServer(
    createRequestHandler(state, () => rest, { restart, cutRealtime: () => realtime.cut() }, options.onRequest),
  );
  // Longer than any client's: on a busy machine a connection must not end just as it is used again.
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const realtime = createRealtime(state, server, () => limiter);

  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      state.lifetime.abort();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  async function restart(): Promise<void> {
    const { port } = server.address() as AddressInfo;
    await close();
    state.lifetime = new AbortController();
    limiter = createRateLimiter(clock);
    rest = createRest(state, limiter);
    await listen(port);
  }

  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (state.settings.get<string>('Site_Url') === '') state.settings.set('Site_Url', url);

  return {
    url,
    version: state.dialect.version,
    admin,
    faults: state.faults,
    state,
    createUser: (user) => createUser(state, user),
    revokeTokens: (username) => revokeTokens(state, existing(state, username), () => true),
    realtimeConnections: realtime.connections,
    cutRealtime: realtime.cut,
    restart,
    async stop() {
      realtime.close();
      await close();
    },
  };
}

/** A fresh server's furniture: the admin and the default channel `general`. */
function furnish(
  state: Workspace,
  { username, password }: { username: string; password: string },
): SandboxWorkspace['admin'] {
  const account = insertAccount(state, {
    username,
    password,
    name: 'Administrator',
    email: `${username}@localhost`,
    roles: ['admin'],
    verified: true,
  });
  const now = state.stamp();
  const { _id, name } = account.user;
  const general = {
    _id: 'GENERAL',
    t: 'c' as const,
    name: 'general',
    u: { _id, username, name },
    msgs: 0,
    usersCount: 0,
    ts: now,
    _updatedAt: now,
    default: true,
  };
  state.rooms.add(general);
  subscribe(state, general, account);
  return {
    username,
    password,
    userId: _id,
    token: issueToken(state, account, { name: 'sandbox', bypassTwoFactor: true }),
  };
}

function createUser(
  state: Workspace,
  user: Parameters<SandboxWorkspace['createUser']>[0],
): ReturnType<SandboxWorkspace['createUser']> {
  const { username } = user;
  const password = user.password ?? `password of ${username}`;
  const account = createAccount(state, {
    name: username,
    email: `${username}@sandbox.invalid`,
    roles: ['user'],
    ...user,
    password,
  });
  const token = issueToken(state, account, { name: 'sandbox', bypassTwoFactor: true });
  return { userId: account.user._id, username, password, token };
}

function existing(state: Workspace, username: string): Account {
  const account = state.accounts.byUsername(username);
  if (account === undefined) throw new Error(`The sandbox has no user ${username}`);
  return account;
}
