import type { EventId, MatrixUserId, WorkspaceUserId } from '../core/ids.ts';
import type { LedgerEntry, PollEntry, ReactionEntry } from './ledger-types.ts';
import type { PortalId } from './portal-types.ts';

/** Somebody, as both servers know them; their own account is on the side that `home` names. */
export interface Somebody {
  readonly home: 'workspace' | 'homeserver';
  readonly matrixUserId: MatrixUserId;
  readonly workspaceUserId: WorkspaceUserId | undefined;
}

/**
 * What the store knows of one person. The searches look through whole tables: they are for what an administrator
 * asks for, and for people who are gone.
 */
export interface PersonalData {
  /** Portals, closed ones too, of which the person is known to be a member. */
  portalsOf(personId: number): Promise<readonly PortalId[]>;
  /**
   * What they wrote: messages, their parts and edits, by event id, from behind `after` on.
   * `standing`: only what is not redacted yet.
   */
  written(
    who: Somebody,
    page: { readonly after?: EventId | undefined; readonly limit: number; readonly standing?: boolean },
  ): Promise<readonly LedgerEntry[]>;
  reactions(who: Somebody): Promise<readonly ReactionEntry[]>;
  /** Polls, votes and ends that they sent. */
  polls(who: Somebody): Promise<readonly PollEntry[]>;
  /** How much they wrote, of all that still bears their name. */
  totals(who: Somebody): Promise<{ readonly messages: number; readonly edits: number }>;
  /** Rooms in which they wrote, closed ones too. */
  wroteIn(who: Somebody): Promise<readonly PortalId[]>;
  /** Of recorded events: how many of theirs still have their text. */
  bodies(who: Somebody): Promise<number>;
  /** Before they are taken back: that is nobody's news then. */
  dropReactions(events: readonly EventId[]): Promise<void>;
  /** From now on these are gone: their deletion is nobody's news any more. */
  bury(entries: readonly LedgerEntry[]): Promise<void>;
  /** Takes the names off what is gone; the ids of messages and events stay, so that nothing brings them back. */
  takeNamesOff(entries: readonly LedgerEntry[]): Promise<void>;
  /**
   * Forgets the person: their row with its secrets, where they were members, reactions, polls, pictures, texts of
   * recorded events. Events of theirs that still wait or were set aside are settled as erased. Answers how many
   * records are gone; 0: there was nothing.
   */
  forget(who: Somebody): Promise<number>;
}
