import { isUserReserved } from '../application-services.ts';
import { createAccount, dropTokens, logIn, removeDevice } from '../accounts.ts';
import { type Answer, jsonBody, type MatrixRequest } from '../http.ts';
import { isObject, objectOr, stringOr } from '../json.ts';
import { badJson, forbidden, MatrixError, notFound } from '../matrix-error.ts';
import { type Requester, requesterOf } from '../requester.ts';
import { param, type Routes } from '../router.ts';
import type { Account, Homeserver } from '../state.ts';

export const accountRoutes: Routes = {
  'GET /_matrix/client/v3/login': () => ({
    json: { flows: [{ type: 'm.login.password' }, { type: 'm.login.application_service' }] },
  }),
  'POST /_matrix/client/v3/login': login,
  'POST /_matrix/client/v3/register': register,
  'GET /_matrix/client/v3/register/available': (hs, request) => {
    const userId = `@${request.query.get('username') ?? ''}:${hs.serverName}`;
    if (hs.disk.accounts.has(userId)) throw new MatrixError(400, 'M_USER_IN_USE', 'User ID already taken.');
    if (isUserReserved(hs, userId))
      throw new MatrixError(400, 'M_EXCLUSIVE', 'This user ID is reserved by an application service.');
    return { json: { available: true } };
  },
  'POST /_matrix/client/v3/logout': (hs, request) => {
    const requester = requesterOf(hs, request);
    if (requester.service === undefined && requester.deviceId !== undefined)
      removeDevice(hs, accountOf(hs, requester), requester.deviceId);
    return { json: {} };
  },
  'POST /_matrix/client/v3/logout/all': (hs, request) => {
    const account = accountOf(hs, requesterOf(hs, request));
    for (const deviceId of account.devices.keys()) removeDevice(hs, account, deviceId);
    dropTokens(hs, account.userId);
    return { json: {} };
  },
  'GET /_matrix/client/v3/account/whoami': (hs, request) => {
    const { userId, deviceId } = requesterOf(hs, request);
    return { json: { user_id: userId, is_guest: false, ...(deviceId === undefined ? {} : { device_id: deviceId }) } };
  },
  'GET /_matrix/client/v3/devices': (hs, request) => {
    const account = accountOf(hs, requesterOf(hs, request));
    return {
      json: {
        devices: [...account.devices].map(([deviceId, device]) => ({
          device_id: deviceId,
          display_name: device.displayName,
          user_id: account.userId,
        })),
      },
    };
  },
  'GET /_matrix/client/v3/devices/:deviceId': (hs, request) => {
    const account = accountOf(hs, requesterOf(hs, request));
    const device = account.devices.get(param(request, 'deviceId'));
    if (device === undefined) throw notFound('No device found');
    return {
      json: { device_id: param(request, 'deviceId'), display_name: device.displayName, user_id: account.userId },
    };
  },
  'PUT /_matrix/client/v3/devices/:deviceId': putDevice,
  'DELETE /_matrix/client/v3/devices/:deviceId': (hs, request) => {
    const requester = requesterOf(hs, request);
    if (requester.service === undefined)
      throw new MatrixError(401, 'M_UNAUTHORIZED', 'Interactive authentication needed', {
        flows: [{ stages: ['m.login.password'] }],
      });
    removeDevice(hs, accountOf(hs, requester), param(request, 'deviceId'));
    return { json: {} };
  },
};

/** The requester's account; the bot of an application service has none until it registers itself. */
function accountOf(hs: Homeserver, requester: Requester): Account {
  const account = hs.disk.accounts.get(requester.userId);
  if (account === undefined) throw notFound('User not found');
  return account;
}

/** An application service creates or updates a device of its user (MSC4190): 201 or 200. Others update their own. */
function putDevice(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const account = accountOf(hs, requester);
  const displayName = stringOr(jsonBody(request)['display_name']);
  const deviceId = param(request, 'deviceId');
  const known = account.devices.get(deviceId);
  if (known === undefined && requester.service === undefined) throw notFound('No device found');
  account.devices.set(deviceId, { displayName: displayName ?? known?.displayName });
  return { status: known === undefined ? 201 : 200, json: {} };
}

function register(hs: Homeserver, request: MatrixRequest): Answer {
  const body = jsonBody(request);
  if (body['type'] === 'm.login.application_service') return registerGhost(hs, request);
  if (request.headers.authorization !== undefined || request.query.has('access_token')) {
    throw new MatrixError(
      400,
      'M_UNKNOWN',
      'An access token should not be provided on requests to /register (except if type is m.login.application_service)',
    );
  }
  if (objectOr(body['auth'])['type'] !== 'm.login.dummy') {
    return { status: 401, json: { session: 'sandbox', flows: [{ stages: ['m.login.dummy'] }], params: {} } };
  }
  const account = createAccount(hs, {
    localpart: stringOr(body['username']) ?? `guest-${hs.disk.accounts.size}`,
    ...(typeof body['password'] === 'string' ? { password: body['password'] } : {}),
  });
  return { json: { user_id: account.userId, home_server: hs.serverName, ...session(hs, account, request) } };
}

function registerGhost(hs: Homeserver, request: MatrixRequest): Answer {
  const { service } = requesterOf(hs, request);
  if (service === undefined) throw forbidden('Only application services may use this login type');
  const account = createAccount(hs, { localpart: stringOr(jsonBody(request)['username']) ?? '', service });
  return { json: { user_id: account.userId, home_server: hs.serverName, ...session(hs, account, request) } };
}

function login(hs: Homeserver, request: MatrixRequest): Answer {
  const body = jsonBody(request);
  const name = stringOr(objectOr(body['identifier'])['user']) ?? stringOr(body['user']);
  if (name === undefined) throw badJson('Missing identifier');
  const userId = name.startsWith('@') ? name : `@${name}:${hs.serverName}`;
  const account = hs.disk.accounts.get(userId);
  if (body['type'] === 'm.login.application_service') {
    const { service } = requesterOf(hs, request);
    if (account === undefined || service?.ownsUser(userId) !== true)
      throw forbidden('Invalid login for this application service');
  } else if (body['type'] === 'm.login.password') {
    if (account?.password === undefined || account.password !== body['password'])
      throw forbidden('Invalid username or password');
  } else {
    throw new MatrixError(400, 'M_UNKNOWN', `Unknown login type ${String(body['type'])}`);
  }
  return { json: { user_id: account.userId, home_server: hs.serverName, ...session(hs, account, request) } };
}

/** Token and device, unless `inhibit_login` asks for none. */
function session(hs: Homeserver, account: Account, request: MatrixRequest): Record<string, string> {
  const body = jsonBody(request);
  if (!isObject(body) || body['inhibit_login'] === true) return {};
  const id = stringOr(body['device_id']);
  const displayName = stringOr(body['initial_device_display_name']);
  const made = logIn(hs, account, {
    ...(id === undefined ? {} : { id }),
    ...(displayName === undefined ? {} : { displayName }),
  });
  return { access_token: made.accessToken, device_id: made.deviceId };
}
