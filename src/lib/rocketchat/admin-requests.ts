import type { BridgeVerdict, WorkspaceAdminApi } from './admin-types.ts';
import { unlessCode, unlessNotOffered } from './absence.ts';
import type { ApiParts } from './api.ts';
import { allPages } from './paging.ts';
import { isObject, type JsonObject } from './rest-answer.ts';

/** It asks a tester on the internet meanwhile, and waits a minute for its homeserver. */
const VERDICT_MS = 65_000;

export function adminRequests({ rest }: Pick<ApiParts, 'rest'>): WorkspaceAdminApi {
  return {
    async setting(id) {
      const answer = await unlessCode(
        unlessNotOffered(rest.get(`settings/${encodeURIComponent(id)}`, {})),
        'error-setting-not-found',
      );
      if (answer === undefined || !Object.hasOwn(answer.body, 'value')) return undefined;
      return { value: answer.body['value'] };
    },
    async setSetting(id, value) {
      await rest.post(`settings/${encodeURIComponent(id)}`, { body: { value } });
    },
    async setPermission(id, roles) {
      await rest.post('permissions.update', { body: { permissions: [{ _id: id, roles: [...roles] }] } });
    },
    async federatedRooms() {
      const [open, closed] = await Promise.all([
        allPages(rest, 'channels.list', {}, 'channels'),
        allPages(rest, 'rooms.adminRooms', { 'types[]': 'p' }, 'rooms'),
      ]);
      return [...open, ...closed].flatMap(({ federated, name }) =>
        federated === true && typeof name === 'string' ? [name] : [],
      );
    },
    async licenceModules() {
      const answer = await unlessNotOffered(rest.get('licenses.info', {}));
      const licence = answer?.body['license'];
      const modules = isObject(licence) ? licence['activeModules'] : undefined;
      return Array.isArray(modules) ? modules.filter((module) => typeof module === 'string') : [];
    },
    async bridgeVerdict() {
      // What is wrong comes with 400, in the same fields.
      const asked = rest.get('federation/configuration.verify', { alsoAnswers: 400, deadlineMs: VERDICT_MS });
      const answer = await unlessNotOffered(asked);
      return answer === undefined ? 'not-offered' : verdictIn(answer.body);
    },
    async verifyMatrixId(id) {
      const answer = await unlessNotOffered(rest.get('federation/matrixIds.verify', { query: { 'matrixIds[]': id } }));
      const results = answer?.body['results'];
      const result = isObject(results) ? results[id] : undefined;
      return typeof result === 'string' ? result : undefined;
    },
  };
}

function verdictIn(body: JsonObject): BridgeVerdict {
  const { appservice, externalReachability } = body;
  const ok = (part: unknown): boolean => isObject(part) && part['ok'] === true;
  const told = isObject(appservice) || isObject(externalReachability) ? { appservice, externalReachability } : body;
  return { appservice: ok(appservice), reachable: ok(externalReachability), detail: JSON.stringify(told) };
}
