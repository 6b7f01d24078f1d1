import type { WorkspaceUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { Secret } from '../core/secret.ts';
import { allPages } from './paging.ts';
import { objectIn, textIn, userFrom } from './records.ts';
import { passwordCode, type Rest } from './rest.ts';
import type { ApiParts } from './api.ts';
import type { WorkspaceApi } from './types.ts';
import { isObject } from './rest-answer.ts';

type AccountRequests = Pick<WorkspaceApi, 'info' | 'me' | 'publicSettings' | 'login' | 'createPersonalAccessToken'>;

/** Ids asked for at once: the answer stays below the server's page size and the URL below 4 kB. */
const SETTINGS_AT_ONCE = 50;

export function accountRequests({ rest, shared, clock, log }: ApiParts): AccountRequests {
  return {
    async info() {
      const { body, headers } = await rest.get('/api/info');
      const info = isObject(body['info']) ? body['info'] : body;
      const version = textIn(info, 'version', 'GET /api/info');
      shared.learn(version);
      const date = Date.parse(headers.get('date') ?? '');
      if (Number.isNaN(date)) log('warn', 'workspace.no-date', { request: 'GET /api/info' });
      return { version, serverTime: Number.isNaN(date) ? clock.now() : date };
    },
    async me() {
      return userFrom((await rest.get('me')).body, 'GET /api/v1/me');
    },
    async publicSettings(ids) {
      const settings = new Map<string, unknown>();
      for (let start = 0; start < ids.length; start += SETTINGS_AT_ONCE) {
        const _id = ids.slice(start, start + SETTINGS_AT_ONCE).join(',');
        for (const { _id: id, value } of await allPages(rest, 'settings.public', { _id }, 'settings')) {
          if (typeof id === 'string') settings.set(id, value);
        }
      }
      return settings;
    },
    async login(user, password, code) {
      const body = { user, password: password.reveal(), ...(code === undefined ? {} : { code }) };
      const request = 'POST /api/v1/login';
      const data = objectIn((await rest.post('login', { body })).body, 'data', request);
      return {
        userId: textIn(data, 'userId', request) as WorkspaceUserId,
        token: new Secret(textIn(data, 'authToken', request)),
      };
    },
    async createPersonalAccessToken(name, password) {
      const { body } = await withPassword(rest, 'users.generatePersonalAccessToken', password, {
        tokenName: name,
        bypassTwoFactor: true,
      });
      return new Secret(textIn(body, 'token', 'POST /api/v1/users.generatePersonalAccessToken'));
    },
  };
}

/** Sends the password as second factor only where the server asks for one and would take it. */
async function withPassword(
  rest: Rest,
  endpoint: string,
  password: Secret | undefined,
  body: Record<string, unknown>,
): ReturnType<Rest['post']> {
  try {
    return await rest.post(endpoint, { body });
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'totp-required' || password === undefined) throw error;
    const details = isObject(error.details) ? error.details : {};
    const { method, availableMethods } = details;
    const taken = method === 'password' || (Array.isArray(availableMethods) && availableMethods.includes('password'));
    if (!taken) throw error;
    return await rest.post(endpoint, { body, secondFactor: { method: 'password', code: passwordCode(password) } });
  }
}
