import type { Secret } from '../core/secret.ts';
import type { OpenRealtime } from './connect.ts';
import type { EndsEvery } from './ends/ends.ts';
import type { BridgeParts } from './parts.ts';

/** What a bridge is started with. */
export interface BridgeOptions extends EndsEvery {
  readonly parts: BridgeParts;
  /** Makes a realtime session, the bot's unless `as` says whose; again after its token was refused and works again. */
  readonly realtime: OpenRealtime;
  /** `port` 0: any free one. */
  readonly listen: { readonly host: string; readonly port: number; readonly hsToken: Secret };
  /** With it the workspace may tell of direct messages at once, by an outgoing webhook; unset: it can't. */
  readonly webhookToken?: Secret | undefined;
  /** Bodies of settled rows are dropped after so many ms. */
  readonly keepBodiesMs: number;
  /** Carries who is online, away and busy; unset: not. */
  readonly presence?: boolean;
  /** How often REST is asked whether realtime brought everything, ms; unset: every 30 s. */
  readonly watchMs?: number;
  /** How long notices of what was set aside hold further ones of the room back, ms; unset: ten minutes. */
  readonly noticesMs?: number | undefined;
  /** How often new direct messages are looked for, ms; unset: every 2 to 5 s. */
  readonly discoverMs?: number | undefined;
  /** How often everybody's name and picture are compared, ms; unset: ghosts every 10 s, puppets every 5 minutes. */
  readonly compareProfilesMs?: number;
  /** How often every room is compared, ms; unset: every minute. */
  readonly compareRoomsMs?: number | undefined;
  /** How often the roles in all rooms are compared, ms; unset: every ten minutes. */
  readonly compareRolesMs?: number | undefined;
  /** How often everybody who is in the rooms is compared, ms; unset: every 5 minutes. */
  readonly compareMembersMs?: number | undefined;
}
