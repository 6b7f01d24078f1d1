import { createHash } from 'node:crypto';
import type { UserDocument } from './documents.ts';

export interface TokenRecord {
  readonly hashed: string;
  readonly lastPart: string;
  readonly createdAt: number;
  /** A personal access token has a name and does not expire. */
  readonly name?: string;
  readonly bypassTwoFactor?: boolean;
}

/** A user with what the API never shows. */
export interface Account {
  readonly user: UserDocument;
  /** sha-256 of the password, hexadecimal; `''` for an account without one. */
  passwordDigest: string;
  tokens: TokenRecord[];
  avatar: { bytes: Uint8Array; contentType: string } | undefined;
  /** Second factor: the code that will be accepted, by method. A sandbox account has at most one. */
  secondFactor: { method: 'totp' | 'email'; code: string } | undefined;
  /** Until when a second factor given once is remembered, ms. */
  rememberedUntil: number;
}

export interface AccountBook {
  add(account: Account): void;
  byId(id: string | undefined): Account | undefined;
  byUsername(username: string): Account | undefined;
  byEmail(email: string): Account | undefined;
  /** The account and record of a token that was not revoked. */
  byToken(token: string): { account: Account; record: TokenRecord } | undefined;
  rename(account: Account, username: string): void;
  setEmail(account: Account, email: string, verified: boolean): void;
  addToken(account: Account, record: TokenRecord): void;
  /** Removes tokens and returns what was removed. */
  dropTokens(account: Account, which: (record: TokenRecord) => boolean): TokenRecord[];
  remove(account: Account): void;
  all(): Account[];
}

export function sha256(text: string, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash('sha256').update(text).digest(encoding);
}

export function createAccountBook(): AccountBook {
  const ids = new Map<string, Account>();
  const usernames = new Map<string, Account>();
  const emails = new Map<string, Account>();
  const tokens = new Map<string, { account: Account; record: TokenRecord }>();
  const emailOf = (account: Account): string => account.user.emails[0]?.address.toLowerCase() ?? '';

  const book: AccountBook = {
    add(account) {
      ids.set(account.user._id, account);
      usernames.set(account.user.username.toLowerCase(), account);
      emails.set(emailOf(account), account);
    },
    byId: (id) => (id === undefined ? undefined : ids.get(id)),
    byUsername: (username) => usernames.get(username.toLowerCase()),
    byEmail: (email) => emails.get(email.toLowerCase()),
    byToken: (token) => tokens.get(sha256(token, 'base64')),
    rename(account, username) {
      usernames.delete(account.user.username.toLowerCase());
      account.user.username = username;
      usernames.set(username.toLowerCase(), account);
    },
    setEmail(account, address, verified) {
      emails.delete(emailOf(account));
      account.user.emails = [{ address, verified }];
      emails.set(address.toLowerCase(), account);
    },
    addToken(account, record) {
      account.tokens.push(record);
      tokens.set(record.hashed, { account, record });
    },
    dropTokens(account, which) {
      const dropped = account.tokens.filter(which);
      account.tokens = account.tokens.filter((record) => !dropped.includes(record));
      for (const record of dropped) tokens.delete(record.hashed);
      return dropped;
    },
    remove(account) {
      book.dropTokens(account, () => true);
      ids.delete(account.user._id);
      usernames.delete(account.user.username.toLowerCase());
      emails.delete(emailOf(account));
    },
    all: () => [...ids.values()],
  };
  return book;
}
