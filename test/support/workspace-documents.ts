/** What tests look at in the workspace's documents. Which of it is there, the tests say. */
export interface Doc {
  _id: string;
  rid: string;
  msg: string;
  ts: string;
  t?: string;
  tmid?: string;
  tcount?: number;
  pinned?: boolean;
  editedAt?: unknown;
  name: string;
  value: unknown;
  inserted?: boolean;
  url: string;
  urls: { meta: unknown }[];
  u: { username: string };
  roles: string[];
  [key: string]: unknown;
}

/** Bodies of the workspace's answers, all endpoints together. */
export interface Body {
  message: Doc;
  messages: Doc[];
  channel: Doc;
  group: Doc;
  room: Doc;
  file: Doc;
  user: Doc;
  subscription: Doc;
  members: Doc[];
  roles: Doc[];
  update: Doc[];
  remove: Doc[];
  users: Doc[];
  settings: Doc[];
  data: { userId: string; authToken: string };
  result?: { updated: Doc[]; deleted: Doc[]; cursor: { next: string | null; previous: string | null } };
  token: string;
  error?: unknown;
  errorType?: unknown;
  [key: string]: unknown;
}
