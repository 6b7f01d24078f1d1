import type { BridgeService } from '../bridge/service/views.ts';
import type { ProfileSource } from '../config/profiles.ts';
import type { EncryptionKey } from '../core/encryption.ts';
import type { WorkspaceAdmin } from '../provision/workspace-admin.ts';

/** What undoing one change came to. */
export interface Undone {
  /** `kept`: it stays as it is now, and `note` says why. `would undo`: in a dry run. */
  readonly outcome: 'undone' | 'already so' | 'kept' | 'would undo';
  readonly note: string | null;
}

export interface UndoParts {
  readonly source: ProfileSource;
  /** Of the workspace that the entry is about. */
  readonly admin: () => Promise<WorkspaceAdmin>;
  /** Of the profile's bridge, whether it runs or not; opened when the first entry needs it. */
  readonly bridge: () => Promise<BridgeService>;
  readonly key: () => Promise<EncryptionKey>;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** Whether what somebody has changed since may be put back all the same; asked with what it is now. */
  readonly mayOverwrite: (what: string) => Promise<boolean>;
  /** Whether what was made may be deleted with all that is in it since; asked with what it is. */
  readonly mayDelete: (what: string) => Promise<boolean>;
}

export const ALREADY: Undone = { outcome: 'already so', note: null };
export const kept = (note: string): Undone => ({ outcome: 'kept', note });

/** Does it, unless it is only looked; `note` is what stays for a person to know. */
export async function done({ dryRun }: UndoParts, act: () => Promise<string | null | void>): Promise<Undone> {
  if (dryRun) return { outcome: 'would undo', note: null };
  return { outcome: 'undone', note: (await act()) ?? null };
}

/** How what a change is about is now. */
interface Present {
  /** It is as before the change. */
  readonly isAsBefore: boolean;
  /** It is as the change left it. */
  readonly isAsLeft: boolean;
  /** What it is now, in words. */
  readonly what: string;
}

/** Does it, unless it is so already, or somebody has changed it since and nobody says that it may be done all the same. */
export async function putBack(
  parts: UndoParts,
  { isAsBefore, isAsLeft, what }: Present,
  act: () => Promise<string | null | void>,
): Promise<Undone> {
  if (isAsBefore) return ALREADY;
  if (!isAsLeft && !(await parts.mayOverwrite(what))) return kept(`Somebody has changed it since: ${what}.`);
  return await done(parts, act);
}
