import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';

/** Somebody new on a homeserver. */
export async function personOn(
  { url, serverName, registerUser }: Pick<RunningHomeserver, 'url' | 'serverName' | 'registerUser'>,
  localpart: string,
): Promise<MatrixApi> {
  const { userId, accessToken } = await registerUser(localpart);
  return createMatrixApi({
    baseUrl: url,
    accessToken: new Secret(accessToken),
    userId: userId as MatrixUserId,
    serverName: serverName as ServerName,
    clock: systemClock,
    log: () => {},
  });
}
