import type { Agent } from 'node:http';
import type { Clock } from '../../lib/core/clock.ts';
import type { ApplicationService } from './application-services.ts';
import type { Faults } from './faults.ts';
import type { Federation } from './federation/network.ts';
import type { Answer } from './http.ts';
import type { TemporaryFolder } from '../temporary-folder.ts';
import type { JsonObject } from './json.ts';
import type { UploadedFile } from './uploads.ts';

/** An event as it's kept. `content` is replaced when the event is redacted. */
export interface StoredEvent {
  readonly eventId: string;
  readonly roomId: string;
  readonly type: string;
  readonly sender: string;
  readonly stateKey: string | undefined;
  content: JsonObject;
  readonly originServerTs: number;
  readonly receivedAt: number;
  /** One more than the deepest event that its server knew of in the room: who knew of whom. */
  readonly depth: number;
  /** Position in the stream of all events; a fraction if the event came with a room that others had before. */
  readonly stream: number;
  readonly redacts: string | undefined;
  /** The state event that this one took the place of. */
  readonly replaced: StoredEvent | undefined;
  /** `m.room.history_visibility` when it was accepted. */
  readonly visibility: string;
  readonly transactionId: string | undefined;
  readonly deviceId: string | undefined;
  readonly accessToken: string | undefined;
  redactedBy: StoredEvent | undefined;
}

export interface Room {
  readonly roomId: string;
  readonly version: number;
  readonly creators: readonly string[];
  isPublic: boolean;
  /** Of the deepest event. */
  depth: number;
  /** Current state by {@link stateKeyOf}. */
  readonly state: Map<string, StoredEvent>;
  readonly timeline: StoredEvent[];
  /** Each user's memberships in order, with the stream position they began at. */
  readonly memberships: Map<string, { stream: number; membership: string }[]>;
  /** Events that relate to an event, by its id. */
  readonly relations: Map<string, StoredEvent[]>;
  /** Receipts by `user id + NUL + type + NUL + thread`. */
  readonly receipts: Map<
    string,
    { userId: string; type: string; eventId: string; ts: number; thread: string | undefined; stream: number }
  >;
}

export interface Account {
  readonly userId: string;
  password: string | undefined;
  readonly admin: boolean;
  displayName: string | undefined;
  avatarUrl: string | undefined;
  /** Further profile fields (spec: "Profiles", v1.16). */
  readonly extra: Map<string, unknown>;
  readonly devices: Map<string, { displayName: string | undefined }>;
  readonly accountData: Map<string, unknown>;
  readonly filters: JsonObject[];
}

export interface StoredTransaction {
  readonly id: number;
  readonly serviceId: string;
  readonly eventIds: readonly string[];
}

export interface StoredMedia {
  readonly owner: string;
  readonly createdAt: number;
  contentType: string | undefined;
  fileName: string | undefined;
  file: UploadedFile | undefined;
}

/** What Synapse has in its database: survives each restart. */
export interface Disk {
  readonly accounts: Map<string, Account>;
  /** Access token → who. `deviceId` undefined only for the administrator's. */
  readonly tokens: Map<string, { userId: string; deviceId: string | undefined }>;
  readonly rooms: Map<string, Room>;
  readonly events: Map<string, StoredEvent>;
  /** All events in the order they were accepted; `stream` is the index plus one. */
  readonly stream: StoredEvent[];
  readonly aliases: Map<string, { roomId: string; creator: string }>;
  readonly media: Map<string, StoredMedia>;
  /** `room NUL user NUL device NUL transaction id` → event, honoured for 24 h. */
  readonly deviceTransactions: Map<string, { eventId: string; at: number }>;
  /** How far the stream was handed to the senders of the application services. */
  servicePosition: number;
  readonly transactions: StoredTransaction[];
  nextTransaction: number;
  /** Application services that are considered down. */
  readonly down: Set<string>;
  ephemeralStream: number;
  /** What other servers have yet to be sent. */
  readonly outgoing: Map<string, StoredEvent[]>;
}

/** What Synapse has in its process: a new one at each start. */
export interface Memory {
  readonly services: readonly ApplicationService[];
  /** Aborts at stop or restart; everything that waits, waits with it. */
  readonly life: AbortController;
  /** Answers by (path, requester), see transaction-ids.ts. */
  readonly answers: Map<string, { answer: Promise<Answer>; at: number }>;
  readonly queues: Map<string, { events: StoredEvent[]; ephemeral: JsonObject[]; inFlight: Promise<void> | undefined }>;
  readonly recoverers: Map<string, { wake: () => void }>;
  recoveryStarted: boolean;
  readingStream: boolean;
  /** Room → user → when their typing ends. */
  readonly typing: Map<string, { users: Map<string, number>; stream: number }>;
  /** User → what they show; `at` is when they said so. */
  readonly presence: Map<string, { presence: string; statusMessage: string | undefined; at: number; stream: number }>;
  /** Other servers that are being sent what is queued for them. */
  readonly sendingTo: Set<string>;
  /** Called and dropped at each change that a /sync may be waiting for. */
  readonly waiters: Set<() => void>;
  readonly agent: Agent;
}

export interface Homeserver {
  readonly serverName: string;
  readonly clock: Clock;
  readonly backoffScale: number;
  readonly defaultRoomVersion: string;
  readonly withPresence: boolean;
  readonly maxUploadBytes: number;
  /** Where uploaded files are kept; made with the first. */
  mediaFolder: Promise<TemporaryFolder> | undefined;
  /** The others that it reaches; undefined: none. */
  readonly federation: Federation | undefined;
  readonly faults: Faults;
  readonly disk: Disk;
  memory: Memory;
}

export const stateKeyOf = (type: string, stateKey: string): string => `${type}\0${stateKey}`;

export function emptyDisk(): Disk {
  return {
    accounts: new Map(),
    tokens: new Map(),
    rooms: new Map(),
    events: new Map(),
    stream: [],
    aliases: new Map(),
    media: new Map(),
    deviceTransactions: new Map(),
    servicePosition: 0,
    transactions: [],
    nextTransaction: 1,
    down: new Set(),
    ephemeralStream: 0,
    outgoing: new Map(),
  };
}

/** Lets every waiting /sync look again. */
export function wakeWaiters(memory: Memory): void {
  const waiting = [...memory.waiters];
  memory.waiters.clear();
  for (const wake of waiting) wake();
}
