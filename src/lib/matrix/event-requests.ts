import type { EventId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { type Acting, asUser, ensureDevice, unlessCode } from './acting.ts';
import { readEvents, requiredString, segment } from './client-shapes.ts';
import type { HomeserverRequest } from './homeserver-http.ts';
import type { MatrixApi } from './types.ts';

/** Synapse 1.160 still uses the name from before the proposal became part of the spec. */
const UNKNOWN_DEVICE = new Set(['M_UNKNOWN_DEVICE', 'ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE']);

type EventRequests = Pick<MatrixApi, 'sendEvent' | 'redact' | 'event' | 'messages'>;

export function eventRequests(acting: Acting): EventRequests {
  const { http } = acting;
  const me = asUser(acting);
  const device = acting.masquerades ? { ...me, device_id: acting.deviceId } : me;
  /** A device that was deleted is made again; nothing was sent, so that the same request may follow. */
  const withDevice = async (request: HomeserverRequest): Promise<Record<string, unknown>> => {
    try {
      return await http.json(request);
    } catch (error) {
      if (!acting.masquerades || !(error instanceof RemoteError) || !UNKNOWN_DEVICE.has(error.code ?? '')) throw error;
      await ensureDevice(acting);
      return http.json(request);
    }
  };
  const eventIdOf = async (request: HomeserverRequest): Promise<EventId> =>
    requiredString(request, await withDevice(request), 'event_id') as EventId;
  return {
    async sendEvent(roomId, type, transactionId, content, ts) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/send/${segment(type)}/${segment(transactionId)}`;
      return eventIdOf({ method: 'PUT', path, query: { ...device, ts }, json: content });
    },
    async redact(roomId, eventId, transactionId, reason) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/redact/${segment(eventId)}/${segment(transactionId)}`;
      return eventIdOf({ method: 'PUT', path, query: device, json: reason === undefined ? {} : { reason } });
    },
    async event(roomId, eventId) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/event/${segment(eventId)}`;
      return unlessCode(withDevice({ method: 'GET', path, query: device }), 'M_NOT_FOUND');
    },
    async messages(roomId, page) {
      const path = `/_matrix/client/v3/rooms/${segment(roomId)}/messages`;
      const query = { ...device, dir: page.dir, from: page.from, limit: page.limit };
      return readEvents(await withDevice({ method: 'GET', path, query }));
    },
  };
}
