import type { MatrixRoomAlias, MatrixRoomId } from '../core/ids.ts';
import { isRecord } from '../core/record.ts';
import { RemoteError } from '../core/remote-error.ts';
import { type Acting, asUser } from './acting.ts';
import { segment } from './client-shapes.ts';
import type { MatrixApi, PublicRoom } from './types.ts';

/** Synapse: 400 for a room of another server without a server to ask, 404 for one that is not shown. */
const NOT_SHOWN: readonly (number | undefined)[] = [400, 403, 404];

/**
 * https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3publicrooms
 * https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv1room_summaryroomidoralias
 */
export function directoryRequests(acting: Acting): Pick<MatrixApi, 'publicRooms' | 'roomSummary'> {
  return {
    async roomSummary(room, via) {
      try {
        const path = `/_matrix/client/v1/room_summary/${segment(room)}`;
        const answer = await acting.http.json({ method: 'GET', path, query: { ...asUser(acting), via } });
        const shown = readRoom(answer);
        if (shown === undefined) return undefined;
        const isEncrypted = textOf(answer['encryption']) !== undefined;
        return { ...shown, isEncrypted, membership: textOf(answer['membership']) };
      } catch (error) {
        if (error instanceof RemoteError && error.failure === 'refused' && NOT_SHOWN.includes(error.status))
          return undefined;
        throw error;
      }
    },
    async publicRooms({ server, term, limit, since }) {
      const answer = await acting.http.json({
        method: 'POST',
        path: '/_matrix/client/v3/publicRooms',
        query: { ...asUser(acting), server },
        json: {
          limit,
          ...(since === undefined ? {} : { since }),
          ...(term === undefined ? {} : { filter: { generic_search_term: term } }),
        },
      });
      const chunk: readonly unknown[] = Array.isArray(answer['chunk']) ? answer['chunk'] : [];
      const { next_batch: next, total_room_count_estimate: total } = answer;
      return {
        rooms: chunk.flatMap((entry) => readRoom(entry) ?? []),
        next: typeof next === 'string' && next !== '' ? next : undefined,
        total: isCount(total) ? total : undefined,
      };
    },
  };
}

/** A line of the directory, which is another server's word; undefined: nothing to join is in it. */
function readRoom(entry: unknown): PublicRoom | undefined {
  if (!isRecord(entry)) return undefined;
  const id = textOf(entry['room_id']);
  if (id === undefined || !id.startsWith('!')) return undefined;
  const alias = textOf(entry['canonical_alias']);
  return {
    id: id as MatrixRoomId,
    alias: alias?.startsWith('#') === true ? (alias as MatrixRoomAlias) : undefined,
    name: textOf(entry['name']),
    topic: textOf(entry['topic']),
    members: isCount(entry['num_joined_members']) ? entry['num_joined_members'] : 0,
    // "When not present, the room is assumed to be public."
    joinRule: textOf(entry['join_rule']) ?? 'public',
    isSpace: entry['room_type'] === 'm.space',
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
