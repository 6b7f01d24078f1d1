/** What differs between the server versions the sandbox can play (rocketchat-api reference, sections 0, 1, 3 and 5). */
export interface Dialect {
  /** Full version, `8.8.1`. */
  readonly version: string;
  readonly major: number;
  readonly minor: number;
  /** `errorType` of a body with unknown or missing keys. */
  readonly invalidParams: 'invalid-params' | 'error-invalid-params';
  /** 9.0 answers 403 `error-forbidden` where older ones answer 400 with their own code. */
  readonly forbidsWith403: boolean;
  /** `chat.syncMessages` by `type` and `next`; older ones insist on `lastUpdate`. */
  readonly cursorSync: boolean;
  /** `chat.syncMessages` knows `fromTs`. */
  readonly syncFromTs: boolean;
  /** `rooms.media/:rid` and `rooms.mediaConfirm/:rid/:fileId` exist. */
  readonly mediaUpload: boolean;
  /** `rooms.upload/:rid` exists: gone in 8.0. */
  readonly directUpload: boolean;
  /** `users.create` asks for a second factor. */
  readonly twoFactorOnCreate: boolean;
  /** `users.createToken`: by an environment switch, or by a shared secret in the body (8.0). */
  readonly createToken: 'switch' | 'secret';
  /** Own limiter of `chat.sendMessage`: calls per second without `send-many-messages`. */
  readonly sendLimit: number | undefined;
  /** Refuses an empty message and an edit to nothing. */
  readonly refusesEmpty: boolean;
  /** `method.call` answers 400 for a method's error; older ones answer 200 and hide it inside. */
  readonly methodCallFails: boolean;
  /** `chat.react` with `shouldReact: false` on a message without any reactions adds the reaction. */
  readonly addsOnRemoval: boolean;
  /** Pinning what is pinned already tells the room of it once more. */
  readonly pinsTwice: boolean;
  /** The permission `access-federation` exists. */
  readonly federationPermission: boolean;
  /** Air-gap restriction exists (7.0). */
  readonly airGap: boolean;
  /** `users.list?query=`, `settings.public?query=`. */
  readonly queryParameter: boolean;
}

/**
 * The dialect of a version: `6.13`, `7.13.9`, `8.8.1` or `9.0`. Others are played by the nearest older one.
 * @throws Error for a version older than 6.
 */
export function dialectFor(version: string): Dialect {
  const [major = NaN, minor = 0, patch] = version.split('.').map(Number);
  if (!(major >= 6)) throw new Error(`Rocket.Chat ${version} is not played by the sandbox: use 6.13, 7.13, 8.8 or 9.0`);
  return {
    version: patch === undefined ? `${major}.${minor}.0` : version,
    major,
    minor,
    invalidParams: major >= 8 ? 'error-invalid-params' : 'invalid-params',
    forbidsWith403: major >= 9,
    cursorSync: major >= 8 || (major === 7 && minor >= 13),
    syncFromTs: major >= 9 || (major === 8 && minor >= 8),
    mediaUpload: major >= 7 || minor >= 10,
    directUpload: major < 8,
    twoFactorOnCreate: major >= 8,
    createToken: major >= 8 ? 'secret' : 'switch',
    sendLimit: major >= 9 || (major === 8 && minor >= 8) ? 5 : undefined,
    refusesEmpty: major >= 8,
    methodCallFails: major >= 8,
    addsOnRemoval: major >= 7,
    pinsTwice: major < 7,
    federationPermission: major >= 8 || (major === 7 && minor >= 11),
    airGap: major >= 7,
    queryParameter: major < 7,
  };
}
