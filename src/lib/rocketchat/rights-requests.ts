import { orAbsent } from './absence.ts';
import type { ApiParts } from './api.ts';
import { listIn, textIn } from './records.ts';
import { isObject } from './rest-answer.ts';
import type { RightsApi } from './rights-types.ts';

export function rightsRequests({ rest }: ApiParts): RightsApi {
  return {
    async workspaceRoles() {
      const request = 'GET /api/v1/roles.list';
      return listIn((await rest.get('roles.list', {})).body, 'roles', request).map((role) => {
        const id = textIn(role, '_id', request);
        const { name, scope } = role;
        return {
          id,
          name: typeof name === 'string' && name !== '' ? name : id,
          scope: scope === 'Subscriptions' ? 'room' : 'workspace',
        };
      });
    },
    async ownRolesIn(roomId) {
      const answer = await orAbsent(rest.get('subscriptions.getOne', { query: { roomId } }));
      const subscription = answer?.body['subscription'];
      // From 8.0 on somebody who is invited or banned has one as well, with a status.
      if (!isObject(subscription) || subscription['status'] !== undefined) return undefined;
      const { roles } = subscription;
      return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
    },
  };
}
