import type { Access } from '../access/access.ts';
import type { Clock } from '../core/clock.ts';
import type { MatrixUserId, ServerName, WorkspaceUserId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { MatrixApi } from '../matrix/types.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import type { Store } from '../store/types.ts';
import type { CustomEmojiBook } from './emoji/custom-emoji.ts';
import type { EndTerms } from './ends/terms.ts';
import type { Federation } from './federation/federation.ts';
import type { FileTerms } from './files/terms.ts';
import type { IsOwnAccount } from './workspace/own-accounts.ts';
import type { ReadSettings } from './workspace/settings.ts';

/** Who this bridge is, on both sides. */
export interface BridgeIdentity {
  /** From the store: names this bridge in markers and state events. */
  readonly bridgeId: string;
  /** Names this bridge among the homeserver's application services. */
  readonly registrationId: string;
  /** The workspace's `uniqueID` setting: names it in markers. */
  readonly workspaceId: string;
  readonly workspaceBot: WorkspaceUserId;
  readonly matrixBot: MatrixUserId;
  readonly serverName: ServerName;
  /** Ghosts are `@<prefix>…`. */
  readonly prefix: string;
  /** `alias`: no puppets, the bot speaks with the person's name. */
  readonly mode: 'puppets' | 'alias';
  /** Domain of the puppets' e-mail addresses: nothing is ever sent there. */
  readonly puppetEmailDomain: string;
}

/**
 * Moments between which a crash must lose and double nothing. The chaos runs end the process there;
 * everywhere else passing one does nothing.
 */
export type Checkpoint =
  | 'record:before-commit'
  | 'record:committed'
  | 'apply:before-act'
  | 'apply:acted'
  | 'settle:committed'
  | 'catch-up:half'
  | 'gap:half'
  | 'open:room-made'
  | 'open:claimed'
  | 'open:ready'
  | 'close:told'
  | 'close:left';

/** What every part of the bridge is made with. */
export interface BridgeParts {
  readonly store: Store;
  /** The bot's. */
  readonly workspace: WorkspaceApi;
  /** The bot's. */
  readonly homeserver: MatrixApi;
  readonly identity: BridgeIdentity;
  readonly isOwnAccount: IsOwnAccount;
  readonly settings: ReadSettings;
  readonly access: Access;
  readonly federation: Federation;
  readonly files: FileTerms;
  readonly emoji: CustomEmojiBook;
  /** In a room with more members in Rocket.Chat, ghosts join when they speak. */
  readonly maxMembers: number;
  /** At most so many puppets; undefined: a tenth of the seats that the licence leaves, no limit without a licence. */
  readonly puppetSeats: number | undefined;
  readonly ends: EndTerms;
  readonly clock: Clock;
  readonly log: Log;
  readonly passed: (checkpoint: Checkpoint) => void;
}
