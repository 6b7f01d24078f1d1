import type { MatrixUserId, ServerName } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { HomeserverHttp } from './homeserver-http.ts';
import { segment } from './client-shapes.ts';

/** Who asks, and over what. */
export interface Acting {
  readonly userId: MatrixUserId;
  readonly http: HomeserverHttp;
  readonly serverName: ServerName;
  readonly deviceId: string;
  /** With an as_token requests say whom they are made for; with an access token the homeserver knows. */
  readonly masquerades: boolean;
  readonly mediaDeadlineMs: number;
}

/** The query that makes a request the acting user's. */
export const asUser = (acting: Acting): { readonly user_id?: string } =>
  acting.masquerades ? { user_id: acting.userId } : {};

export async function ensureDevice(acting: Acting): Promise<void> {
  await acting.http.json({
    method: 'PUT',
    path: `/_matrix/client/v3/devices/${segment(acting.deviceId)}`,
    query: asUser(acting),
    json: { display_name: 'rcfed' },
  });
}

/** The answer, or undefined where the homeserver refused with 404 and one of these codes. */
export async function unlessCode<T>(answer: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404 && codes.includes(error.code ?? '')) return undefined;
    throw error;
  }
}
