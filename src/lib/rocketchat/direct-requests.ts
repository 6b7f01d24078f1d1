import type { WorkspaceUserId } from '../core/ids.ts';
import { listIn, objectIn, roomFrom, textIn, timeOf } from './records.ts';
import type { Rest } from './rest.ts';
import type { DirectRoom, WorkspaceApi } from './types.ts';

/** Most polls find a handful: a small page costs the server little. */
const PAGE = 25;

export function directRequests(rest: Rest): Pick<WorkspaceApi, 'openDirect' | 'changedDirectRooms'> {
  return {
    async openDirect(usernames) {
      const [only] = usernames;
      const body =
        usernames.length === 1 && only !== undefined ? { username: only } : { usernames: usernames.join(',') };
      const request = 'POST /api/v1/im.create';
      const room = objectIn((await rest.post('im.create', { body })).body, 'room', request);
      return { id: roomFrom(room, request).id, usernames: texts(room['usernames']) };
    },
    async changedDirectRooms(since) {
      const request = 'GET /api/v1/im.list.everyone';
      const found: DirectRoom[] = [];
      for (let offset = 0; ;) {
        // Without `sort` they come by name, which direct messages have none of.
        const query = { sort: '{"_updatedAt":-1}', count: PAGE, offset };
        const { body } = await rest.get('im.list.everyone', { query });
        const page = listIn(body, 'ims', request);
        for (const room of page) {
          const updatedAt = timeOf(room['_updatedAt']);
          if (updatedAt < since) return found;
          const userIds = texts(room['uids']) as WorkspaceUserId[];
          found.push({ id: textIn(room, '_id', request) as DirectRoom['id'], userIds, updatedAt });
        }
        offset += page.length;
        const total = body['total'];
        if (page.length === 0 || (typeof total === 'number' && offset >= total)) return found;
      }
    },
  };
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
