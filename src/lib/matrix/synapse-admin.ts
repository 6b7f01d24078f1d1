import type { Clock } from '../core/clock.ts';
import type { MatrixRoomId, MatrixUserId } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { isRecord } from '../core/record.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import { directFetch } from '../network/direct-fetch.ts';
import { type HomeserverHttp, createHomeserverHttp } from './homeserver-http.ts';

/** What only an administrator of a Synapse may do. Every method throws only `RemoteError`; other homeservers have none of it. */
export interface SynapseAdmin {
  /**
   * Puts all local members out of a room and takes it and its events from the server. It is not blocked: other
   * servers keep theirs, and may invite again. One that the server does not know is done.
   * Source: https://element-hq.github.io/synapse/latest/admin_api/rooms.html#version-2-new-version
   */
  purgeRoom(roomId: MatrixRoomId): Promise<void>;
  /**
   * Deletes every file that a user of this server uploaded, pictures of theirs included; answers how many.
   * Source: https://element-hq.github.io/synapse/latest/admin_api/user_admin_api.html#delete-media-uploaded-by-a-user
   */
  deleteMediaOf(userId: MatrixUserId): Promise<number>;
}

interface SynapseAdminOptions {
  readonly baseUrl: string;
  /** Access token of a server administrator. */
  readonly token: Secret;
  readonly clock: Clock;
  readonly log: Log;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly deadlineMs?: number | undefined;
}

const DEADLINE_MS = 30_000;
/** So many files are deleted with one request. */
const MEDIA = 100;
const LOOK_MS = 500;
/** A room of a million events takes minutes; Synapse goes on with it whether somebody looks or not. */
const LOOKS = 600;

/** Asks nothing before its first use. */
export function createSynapseAdmin(options: SynapseAdminOptions): SynapseAdmin {
  const { clock, deadlineMs = DEADLINE_MS, fetch = directFetch } = options;
  let connected: Promise<HomeserverHttp> | undefined;
  const http = (): Promise<HomeserverHttp> => (connected ??= createHomeserverHttp({ ...options, deadlineMs, fetch }));
  return {
    async purgeRoom(roomId) {
      const path = `/_synapse/admin/v2/rooms/${encodeURIComponent(roomId)}`;
      const begun = await unlessUnknown((await http()).json({ method: 'DELETE', path, json: { purge: true } }));
      const id = begun?.['delete_id'];
      if (typeof id === 'string') await purged(await http(), clock, id);
    },
    async deleteMediaOf(userId) {
      const path = `/_synapse/admin/v1/users/${encodeURIComponent(userId)}/media`;
      for (let deleted = 0; ;) {
        const answer = await unlessUnknown((await http()).json({ method: 'DELETE', path, query: { limit: MEDIA } }));
        const files: unknown = answer?.['deleted_media'];
        if (!Array.isArray(files) || files.length === 0) return deleted;
        deleted += files.length;
      }
    },
  };
}

/** A purge goes on behind its answer. Statuses: `scheduled`, `active`, `complete`, `failed`; older ones `shutting_down`, `purging`. */
async function purged(http: HomeserverHttp, clock: Clock, id: string): Promise<void> {
  const request = { method: 'GET', path: `/_synapse/admin/v2/rooms/delete_status/${encodeURIComponent(id)}` } as const;
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const answer = await unlessUnknown(http.json(request));
    const status = isRecord(answer) ? answer['status'] : 'complete';
    if (status === 'complete') return;
    if (status === 'failed') {
      const why = typeof answer?.['error'] === 'string' ? answer['error'] : 'the purge failed';
      throw new RemoteError({
        side: 'homeserver',
        failure: 'refused',
        request: `${request.method} ${request.path}`,
        answer: why,
      });
    }
    await clock.sleep(LOOK_MS);
  }
}

async function unlessUnknown(
  asked: Promise<Readonly<Record<string, unknown>>>,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RemoteError && error.status === 404 && error.code === 'M_NOT_FOUND') return undefined;
    throw error;
  }
}
