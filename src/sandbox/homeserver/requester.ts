import type { ApplicationService } from './application-services.ts';
import type { MatrixRequest } from './http.ts';
import type { Homeserver } from './state.ts';
import { forbidden, MatrixError } from './matrix-error.ts';

/** Who asks. */
export interface Requester {
  readonly userId: string;
  readonly deviceId: string | undefined;
  readonly accessToken: string;
  /** Set if the request came with an as_token. */
  readonly service: ApplicationService | undefined;
}

/**
 * Takes the access token from the header or the old query parameter. An application service acts as its
 * bot or, with `user_id`, as a registered user of its namespace, and with `device_id` as a device of theirs
 * (spec: Application Service API, "Identity assertion").
 */
export function requesterOf(hs: Homeserver, request: MatrixRequest): Requester {
  const accessToken = tokenOf(request);
  const service = hs.memory.services.find((candidate) => candidate.asToken === accessToken);
  if (service !== undefined) return serviceRequester(hs, request, service);
  const owner = hs.disk.tokens.get(accessToken);
  if (owner === undefined)
    throw new MatrixError(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.', { soft_logout: false });
  return { ...owner, accessToken, service: undefined };
}

function tokenOf(request: MatrixRequest): string {
  const header = request.headers.authorization;
  const token = header === undefined ? request.query.get('access_token') : /^Bearer (\S+)$/.exec(header)?.[1];
  if (token === null || token === undefined) throw new MatrixError(401, 'M_MISSING_TOKEN', 'Missing access token');
  return token;
}

function serviceRequester(hs: Homeserver, request: MatrixRequest, service: ApplicationService): Requester {
  const userId = request.query.get('user_id') ?? service.sender;
  if (userId !== service.sender) {
    if (!service.ownsUser(userId)) throw forbidden(`Application service cannot masquerade as this user (${userId}).`);
    if (!hs.disk.accounts.has(userId)) throw forbidden(`Application service has not registered this user (${userId})`);
  }
  const deviceId = request.query.get('device_id') ?? request.query.get('org.matrix.msc3202.device_id') ?? undefined;
  if (deviceId !== undefined && hs.disk.accounts.get(userId)?.devices.has(deviceId) !== true) {
    throw new MatrixError(
      400,
      // Synapse 1.160 still answers the unstable name.
      'ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE',
      `Application service trying to use a device that doesn't exist ('${deviceId}' for ${userId})`,
    );
  }
  return { userId, deviceId, accessToken: service.asToken, service };
}

export function isAdmin(hs: Homeserver, requester: Requester): boolean {
  return hs.disk.accounts.get(requester.userId)?.admin === true;
}
