import type { ServerName, WorkspaceUserId } from '../core/ids.ts';
import type { Secret } from '../core/secret.ts';

/** How one person's or one bridge's rcfed reaches both sides. Secrets are decrypted, never printed. */
interface ProfileBase {
  /** Undefined: put together from the environment alone. */
  readonly name: string | undefined;
  /** PEM file with further certificate authorities. */
  readonly caFile: string | undefined;
  /** Longest wait for one answer of a server, in milliseconds. */
  readonly timeoutMs: number | undefined;
}

export interface WorkspaceAccess {
  /** `https://chat.example.org`, without a trailing slash. */
  readonly url: string;
  readonly userId: WorkspaceUserId | undefined;
  readonly username: string | undefined;
  /** Personal access token; goes with `userId`. */
  readonly token: Secret | undefined;
  /** Goes with `username`, where there is no token. */
  readonly password: Secret | undefined;
}

/** What the bridge's host and the workspace's admin know. */
export interface AdminProfile extends ProfileBase {
  readonly kind: 'admin';
  readonly workspace: WorkspaceAccess;
  readonly homeserver: {
    /** `https://matrix.example.org`, without a trailing slash. */
    readonly url: string;
    readonly serverName: ServerName;
    /** Access token of a server administrator, where one is known. */
    readonly adminToken: Secret | undefined;
  };
  readonly registration: {
    /** Of the registration file; used where the tokens are not set here. */
    readonly path: string | undefined;
    readonly asToken: Secret | undefined;
    readonly hsToken: Secret | undefined;
  };
  /** Localpart prefix of ghosts and aliases. */
  readonly prefix: string;
  readonly identity: 'puppets' | 'alias';
  /** Path, `sqlite:` or `postgres://` URL as `openStore` takes it; a Secret because it may hold a password. */
  readonly store: Secret;
  /** `HOST:PORT` of the application service listener. */
  readonly listen: string;
  /** With it the workspace may tell that listener of direct messages at once. */
  readonly webhookToken: Secret | undefined;
  readonly admin: {
    /** Absolute path of a socket, or `HOST:PORT`. */
    readonly address: string;
    /** Needed for `HOST:PORT`. */
    readonly token: Secret | undefined;
  };
  /** How long bodies of settled messages are kept, in milliseconds. */
  readonly keepBodiesMs: number;
  /** In a room with more members, ghosts join when they speak. */
  readonly maxMembers: number;
  /** At most so many external people have accounts on the workspace; undefined: a tenth of the licence's free seats. */
  readonly puppetSeats: number | undefined;
  /** What becomes of a room whose other side was deleted. */
  readonly roomEnds: 'close' | 'keep' | 'delete';
  /** How long the account of an external person who is in no bridged room any more stays active, in milliseconds. */
  readonly puppetIdleMs: number;
  /** It is carried over who is online, away and busy. */
  readonly presence: boolean;
  /** A folder of this profile's own: store, socket, journal. It need not exist yet. */
  readonly dataFolder: string;
}

/** What an ordinary person knows: the bridge acts with that person's rights. */
export interface UserProfile extends ProfileBase {
  readonly kind: 'user';
  readonly workspace: WorkspaceAccess;
  readonly admin: {
    /** `https://bridge.example.org` or `HOST:PORT` of the bridge's admin API. */
    readonly address: string;
  };
}

export type Profile = AdminProfile | UserProfile;
