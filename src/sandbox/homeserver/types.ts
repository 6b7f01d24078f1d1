import type { Clock } from '../../lib/core/clock.ts';
import type { Registration } from '../../lib/matrix/types.ts';
import type { Faults } from './faults.ts';
import type { Federation } from './federation/network.ts';
import type { Disk } from './state.ts';

export interface HomeserverOptions {
  /** Loopback address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** 0 (default) takes a free port; it's kept over restarts. */
  readonly port?: number;
  readonly serverName?: string;
  /** Application services, read at each start only, as Synapse does. */
  readonly registrations?: readonly Registration[];
  readonly clock?: Clock;
  /** Scales the sender's back-off of 2, 4 … 512 s; 1 is Synapse's, tests take something like 0.01. */
  readonly backoffScale?: number;
  /** `default_room_version`; 11 as Synapse 1.160 has it. */
  readonly roomVersion?: string;
  /** Whether people's presence is kept and told; default no. */
  readonly presence?: boolean;
  /** `m.upload.size`; default 50 MiB as Synapse has it. */
  readonly maxUploadBytes?: number;
  /** Sandbox homeservers that reach each other by their names; default: it knows no other. */
  readonly federation?: Federation;
}

export type RestartMode = 'graceful' | 'kill';

export interface RegisteredUser {
  readonly userId: string;
  readonly accessToken: string;
}

/** A running homeserver: the sandbox's, and in tests a real Synapse, which has the same shape minus faults and disk. */
export interface RunningHomeserver {
  readonly url: string;
  readonly serverName: string;
  /** Access token of a server administrator. */
  readonly adminToken: string;
  /** A person with a password login of their own. Rejects where the name is in an exclusive namespace. */
  registerUser(localpart: string): Promise<RegisteredUser>;
  /** Takes effect at the next {@link RunningHomeserver.restart}; one with the same id is replaced. */
  addRegistration(registration: Registration): void;
  /**
   * Both keep what Synapse has on disk (events, device-scoped transaction ids, stored transactions) and
   * forget what it has in memory (events that wait behind a transaction in flight: never pushed; the cache
   * of transaction ids; typing). The transaction in flight is repeated: after `graceful` (SIGTERM) with the
   * first new event, after `kill` (SIGKILL) only when the service failed and recovered the next time.
   */
  restart(mode: RestartMode): Promise<void>;
  stop(): Promise<void>;
}

export interface SandboxHomeserver extends RunningHomeserver {
  readonly faults: Faults;
  /** So many people join that room at once, and no application service is told. */
  joinCrowd(roomId: string, count: number): void;
  /** What is on disk, for tests to look at. */
  readonly disk: Disk;
}
