/**
 * Documents as Rocket.Chat stores them (core-typings 8.8: IUser, IRoom, ISubscription, IMessage), cut to
 * the fields the sandbox fills. Dates are `Date`: REST prints them as ISO strings, realtime as `{"$date": ms}`.
 */
export interface UserRef {
  _id: string;
  username: string;
  name?: string;
}

export interface UserDocument {
  _id: string;
  username: string;
  name: string;
  emails: { address: string; verified: boolean }[];
  roles: string[];
  type: 'user' | 'bot' | 'app';
  active: boolean;
  status: 'online' | 'away' | 'offline' | 'busy';
  statusDefault: 'online' | 'away' | 'offline' | 'busy';
  statusText: string;
  createdAt: Date;
  _updatedAt: Date;
  lastLogin?: Date;
  avatarETag?: string;
  bio?: string;
  nickname?: string;
  requirePasswordChange?: boolean;
  customFields?: Record<string, unknown>;
}

export interface RoomDocument {
  _id: string;
  t: 'c' | 'p' | 'd';
  name?: string;
  fname?: string;
  u: UserRef;
  topic?: string;
  announcement?: string;
  description?: string;
  msgs: number;
  usersCount: number;
  ts: Date;
  lm?: Date;
  _updatedAt: Date;
  ro?: boolean;
  archived?: boolean;
  encrypted?: boolean;
  federated?: boolean;
  default?: boolean;
  broadcast?: boolean;
  muted?: string[];
  /** In a read-only room: who may write all the same. */
  unmuted?: string[];
  uids?: string[];
  usernames?: string[];
  avatarETag?: string;
  sysMes?: string[];
  retention?: Record<string, unknown>;
  /** Of a discussion: the room it belongs to, and the message it is about. */
  prid?: string;
  pmid?: string;
  customFields?: Record<string, unknown>;
  lastMessage?: MessageDocument;
}

export interface SubscriptionDocument {
  _id: string;
  rid: string;
  u: UserRef;
  name: string;
  fname?: string;
  t: 'c' | 'p' | 'd';
  open: boolean;
  alert: boolean;
  unread: number;
  userMentions: number;
  groupMentions: number;
  roles?: string[];
  ts: Date;
  ls?: Date;
  _updatedAt: Date;
}

export interface MessageDocument {
  _id: string;
  rid: string;
  msg: string;
  ts: Date;
  u: UserRef;
  _updatedAt: Date;
  t?: string;
  role?: string;
  alias?: string;
  avatar?: string;
  emoji?: string;
  groupable?: boolean;
  parseUrls?: boolean;
  mentions?: UserRef[];
  channels?: { _id: string; name: string }[];
  md?: unknown;
  urls?: { url: string; meta: Record<string, unknown>; ignoreParse?: boolean }[];
  attachments?: Record<string, unknown>[];
  blocks?: unknown[];
  file?: UploadedFile;
  files?: UploadedFile[];
  reactions?: Record<string, { usernames: string[] }>;
  /** Of `discussion-created`: the discussion's room. */
  drid?: string;
  /** How many messages it has, and when the last one was written. */
  dcount?: number;
  dlm?: Date;
  /** Longitude first. */
  location?: { type: 'Point'; coordinates: [number, number] };
  tmid?: string;
  tshow?: boolean;
  tcount?: number;
  tlm?: Date;
  replies?: string[];
  editedAt?: Date;
  editedBy?: UserRef;
  pinned?: boolean;
  pinnedAt?: Date;
  pinnedBy?: UserRef;
  customFields?: Record<string, unknown>;
  _hidden?: boolean;
}

export interface UploadedFile {
  _id: string;
  name: string;
  type: string;
  size: number;
  format?: string;
  /** `thumb` for a picture's preview. */
  typeGroup?: string;
}
