import { jsonBody, type MatrixRequest, type Answer } from '../http.ts';
import { forbidden, MatrixError } from '../matrix-error.ts';
import { requesterOf } from '../requester.ts';
import { roomVersions } from '../room-creation.ts';
import { param, type Routes } from '../router.ts';
import { wakeRecoverer } from '../sender.ts';
import { callService } from '../service-call.ts';
import type { Homeserver } from '../state.ts';

const specVersions = ['r0.6.1', ...Array.from({ length: 12 }, (_, index) => `v1.${index + 1}`)];

export const serverRoutes: Routes = {
  'GET /_matrix/client/versions': (hs, request) => {
    // As Synapse: nobody need say who they are, but whoever does is not answered unless it is true.
    if (request.headers.authorization !== undefined) requesterOf(hs, request);
    return {
      json: {
        versions: specVersions,
        unstable_features: { 'org.matrix.msc4190': true, 'org.matrix.msc4326': true, 'org.matrix.msc2246': true },
      },
    };
  },
  'GET /_matrix/federation/v1/version': () => ({ json: { server: { name: 'rcfed sandbox', version: '0' } } }),
  'GET /_matrix/client/v3/capabilities': (hs, request) => {
    requesterOf(hs, request);
    return {
      json: {
        capabilities: {
          'm.room_versions': {
            default: hs.defaultRoomVersion,
            available: Object.fromEntries(roomVersions.map((version) => [version, 'stable'])),
          },
          'm.change_password': { enabled: true },
          'm.set_displayname': { enabled: true },
          'm.set_avatar_url': { enabled: true },
          'm.profile_fields': { enabled: true },
        },
      },
    };
  },
  'POST /_matrix/client/v1/appservice/:id/ping': ping,
};

/** Spec: Application Service API, "Pinging". Success also wakes a sender that waits to try again. */
async function ping(hs: Homeserver, request: MatrixRequest): Promise<Answer> {
  const { service } = requesterOf(hs, request);
  if (service === undefined) throw forbidden('Only application services can use the /appservice/ping endpoint');
  if (service.id !== param(request, 'id')) throw forbidden('Mismatching application service ID in path');
  if (service.url === null)
    throw new MatrixError(400, 'M_URL_NOT_SET', 'The application service does not have a URL set');
  const startedAt = hs.clock.now();
  const transactionId = jsonBody(request, 'allowed')['transaction_id'];
  const result = await callService(
    hs,
    service,
    'POST',
    '/_matrix/app/v1/ping',
    transactionId === undefined ? {} : { transaction_id: transactionId },
  );
  if (result.kind === 'timeout') throw new MatrixError(504, 'M_CONNECTION_TIMEOUT', 'Timeout waiting for response');
  if (result.kind === 'failed') throw new MatrixError(502, 'M_CONNECTION_FAILED', result.why);
  if (result.status < 200 || result.status >= 300) {
    throw new MatrixError(502, 'M_BAD_STATUS', `HTTP ${result.status}`, { status: result.status, body: result.body });
  }
  wakeRecoverer(hs, service.id);
  return { json: { duration_ms: Math.trunc(hs.clock.now() - startedAt) } };
}
