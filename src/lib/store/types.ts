import type { AccessRules } from '../access/rules.ts';
import type { Side } from '../core/remote-error.ts';
import type { Attempts, Inbox } from './inbox-types.ts';
import type { Effects, Ledger, LedgerEntry, Polls, Reactions } from './ledger-types.ts';
import type { People } from './people-types.ts';
import type { PersonalData } from './personal-types.ts';
import type { Agreed, Pins, Portals } from './portal-types.ts';
import type { Quarantine } from './quarantine-types.ts';
import type { Leases } from './settlement-types.ts';

export interface Media {
  /** mxc by our own key (`avatar:<user>:<etag>`), with the time it was made and whether its bytes are up. */
  get(key: string): Promise<{ mxc: string; createdAt: number; uploaded: boolean } | undefined>;
  put(key: string, mxc: string): Promise<void>;
  uploaded(key: string): Promise<void>;
}

export interface AccessStore {
  /** Patterns in alphabetical order. */
  rules(): Promise<AccessRules>;
  /** False: it was there. */
  add(kind: keyof AccessRules, pattern: string): Promise<boolean>;
  /** From one list, or from both. False: it was not there. */
  remove(pattern: string, kind?: keyof AccessRules): Promise<boolean>;
  /** How many events were settled as `blocked` so far. */
  blocked(): Promise<number>;
}

/** What was carried so far, and with whom. */
export interface Stats {
  /** By what it was and where people did it. Reactions that were taken back are not counted. */
  carried(): Promise<
    readonly {
      readonly kind: LedgerEntry['kind'] | 'reaction';
      readonly origin: Side;
      readonly count: number;
    }[]
  >;
  /** Messages since a time (ms), by days of UTC (`day`: its first ms), oldest first; days without any are left out. */
  messagesByDay(
    since: number,
  ): Promise<readonly { readonly day: number; readonly origin: Side; readonly count: number }[]>;
  /** Servers of the people from Matrix who spoke or have accounts here, those with most people first. */
  servers(): Promise<readonly { readonly server: string; readonly people: number }[]>;
}

export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  readonly inbox: Inbox;
  readonly attempts: Attempts;
  readonly ledger: Ledger;
  readonly reactions: Reactions;
  readonly pins: Pins;
  readonly agreed: Agreed;
  readonly polls: Polls;
  readonly effects: Effects;
  readonly portals: Portals;
  readonly people: People;
  readonly personal: PersonalData;
  readonly media: Media;
  readonly quarantine: Quarantine;
  readonly leases: Leases;
  readonly access: AccessStore;
  readonly stats: Stats;
  cursor(name: string): Promise<string | undefined>;
  cursors(prefix: string): Promise<ReadonlyMap<string, string>>;
  setCursor(name: string, value: string): Promise<void>;
  /** 32 bytes made with the store, kept in it encrypted: message ids and transaction ids are derived from it. */
  readonly effectKey: Uint8Array;
  close(): Promise<void>;
}
