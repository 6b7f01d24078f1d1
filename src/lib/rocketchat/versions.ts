import { RcfedError } from '../core/errors.ts';

/** What a workspace of one version offers where versions differ; read again at each reconnect. */
export interface WorkspaceCapabilities {
  readonly major: number;
  readonly minor: number;
  /** Set when the version is newer than any we know: it is treated as the newest known one. */
  readonly warning: string | undefined;
  /**
   * How `chat.syncMessages` is asked: `since` sends `lastUpdate` and gets everything in one answer;
   * `cursor` sends `type`, `next` and `count` and gets pages (first documented for 7.13).
   */
  readonly syncMessages: 'since' | 'cursor';
  /**
   * How files are posted: `upload` is `rooms.upload` in one request, `media` is `rooms.media` followed
   * by `rooms.mediaConfirm`; `media-or-upload` tries `media` and takes a 404 as "not yet there" (6.x).
   */
  readonly fileUpload: 'media-or-upload' | 'media';
  /** `previewUrls` is accepted by `chat.sendMessage` and `chat.update`. */
  readonly previewUrls: boolean;
  /** `subscriptions.read` takes `readThreads`, without which a room's threads stay unread. */
  readonly readThreads: boolean;
  /** `users.create` asks a second factor of tokens made without `bypassTwoFactor`. */
  readonly secondFactorForNewUsers: boolean;
  /** What is not allowed answers 403 `error-forbidden` instead of 400 with a code of its own. */
  readonly forbiddenIs403: boolean;
}

const OLDEST_MAJOR = 6;
const NEWEST_MAJOR = 9;

/**
 * @param version as `GET /api/info` gives it: `8.8`, `8.8.1`, `9.0.0-rc.1`, `7.13.0-develop`.
 * @throws RcfedError RCFED_WORKSPACE_VERSION when it is not a version, or older than 6.0.
 */
export function capabilitiesOf(version: string): WorkspaceCapabilities {
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?(?:[-+][\w.-]*)?$/.exec(version.trim());
  if (!match) {
    throw new RcfedError('RCFED_WORKSPACE_VERSION', `the workspace names "${version.slice(0, 60)}" as its version`, {
      why: 'A Rocket.Chat version looks like 8.8 or 8.8.1.',
    });
  }
  const major = Number(match[1]);
  const minor = Number(match[2]);
  if (major < OLDEST_MAJOR) {
    throw new RcfedError('RCFED_WORKSPACE_VERSION', `the workspace runs Rocket.Chat ${version}`, {
      why: `The oldest version that rcfed knows is ${OLDEST_MAJOR}.0.`,
    });
  }
  const atLeast = (wantedMajor: number, wantedMinor: number): boolean =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return Object.freeze({
    major,
    minor,
    warning:
      major > NEWEST_MAJOR
        ? `Rocket.Chat ${version} is newer than ${NEWEST_MAJOR}.x, the newest version known here, and is treated like it`
        : undefined,
    syncMessages: atLeast(7, 13) ? 'cursor' : 'since',
    fileUpload: atLeast(7, 0) ? 'media' : 'media-or-upload',
    previewUrls: atLeast(6, 13),
    readThreads: atLeast(6, 13),
    secondFactorForNewUsers: atLeast(8, 0),
    forbiddenIs403: atLeast(9, 0),
  });
}
