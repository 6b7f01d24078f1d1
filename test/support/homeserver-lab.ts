import { randomBytes } from 'node:crypto';
import type { ServerName } from '../../src/lib/core/ids.ts';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { Registration } from '../../src/lib/matrix/types.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import type { HomeserverKind } from './homeservers.ts';
import { type PushedEvent, type ScriptedService, startScriptedService } from './scripted-service.ts';
import { eventually } from './eventually.ts';

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Somebody who calls the Client-Server API: a person, the bot, or a ghost by its application service. */
export interface Caller {
  readonly userId: string;
  call(method: string, path: string, body?: unknown, query?: Record<string, string>): Promise<Answered>;
}

/** A homeserver with one application service that a test scripts. */
export interface Lab {
  readonly homeserver: RunningHomeserver;
  readonly service: ScriptedService;
  readonly registration: Registration;
  readonly bot: Caller;
  readonly admin: Caller;
  /** Somebody with this access token. */
  by(userId: string, accessToken: string): Caller;
  /** Calls without any token. */
  readonly nobody: Caller;
  /** A new person, not of the application service. */
  person(): Promise<Caller>;
  /** A new ghost with the device RCFED, which is used on its requests unless `device` is false. */
  ghost(options?: { device?: boolean }): Promise<Caller>;
  /** The same ghost asking with or without its device. */
  as(userId: string, options?: { device?: boolean }): Caller;
  stop(): Promise<void>;
}

const serverName = 'sandbox.test' as ServerName;
export const unique = (): string => randomBytes(5).toString('hex');

export interface LabOptions {
  readonly ephemeral?: 'none' | 'typing' | 'all';
  readonly presence?: boolean;
  readonly maxUploadBytes?: number;
}

export async function openLab(kind: HomeserverKind, wanted: LabOptions = {}): Promise<Lab> {
  const service = await startScriptedService();
  const { ephemeral = 'typing', ...start } = wanted;
  const registration = makeRegistration({ url: service.url, serverName, ephemeral });
  const homeserver = await kind.start({ serverName, registrations: [registration], ...start });
  const asToken = registration.asToken.reveal();
  const as: Lab['as'] = (userId, { device = true } = {}) =>
    caller(homeserver.url, asToken, userId, { user_id: userId, ...(device ? { device_id: 'RCFED' } : {}) });
  const bot = caller(homeserver.url, asToken, `@${registration.senderLocalpart}:${serverName}`);
  return {
    homeserver,
    service,
    registration,
    bot,
    admin: caller(homeserver.url, homeserver.adminToken, `@admin:${serverName}`),
    by: (userId, accessToken) => caller(homeserver.url, accessToken, userId),
    nobody: caller(homeserver.url, undefined, ''),
    async person() {
      const { userId, accessToken } = await homeserver.registerUser(`person-${unique()}`);
      return caller(homeserver.url, accessToken, userId);
    },
    async ghost(options) {
      const localpart = `rc_${unique()}`;
      const userId = `@${localpart}:${serverName}`;
      await ok(
        bot.call('POST', '/v3/register', {
          type: 'm.login.application_service',
          username: localpart,
          inhibit_login: true,
        }),
      );
      await ok(as(userId, { device: false }).call('PUT', '/v3/devices/RCFED', { display_name: 'ghost' }));
      return as(userId, options);
    },
    as,
    async stop() {
      service.release();
      await homeserver.stop();
      await service.stop();
    },
  };
}

/** `path` begins with the API's version, `/v3/…`, or is a whole one, `/_matrix/…`. */
function caller(url: string, token: string | undefined, userId: string, always: Record<string, string> = {}): Caller {
  return {
    userId,
    async call(method, path, body, query = {}) {
      const whole = path.startsWith('/_') ? path : `/_matrix/client${path}`;
      const parameters = new URLSearchParams({ ...always, ...query });
      const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      const answer = await fetch(`${url}${whole}?${parameters.toString()}`, {
        method,
        headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), Connection: 'close' },
        ...(body === undefined ? {} : { body: raw }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
  };
}

/** The body of an answer that must be a success. */
export async function ok(answered: Promise<Answered>): Promise<Record<string, unknown>> {
  const { status, body } = await answered;
  if (status < 200 || status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

export const encoded = encodeURIComponent;

/** Makes a room and answers its id. Public unless told otherwise. */
export async function makeRoom(by: Caller, wish: Record<string, unknown> = {}): Promise<string> {
  return String((await ok(by.call('POST', '/v3/createRoom', { preset: 'public_chat', ...wish })))['room_id']);
}

export async function join(who: Caller, roomId: string): Promise<void> {
  await ok(who.call('POST', `/v3/join/${encoded(roomId)}`, {}));
}

export async function send(
  who: Caller,
  roomId: string,
  body: string,
  transactionId = unique(),
  query: Record<string, string> = {},
): Promise<string> {
  const path = `/v3/rooms/${encoded(roomId)}/send/m.room.message/${transactionId}`;
  return String((await ok(who.call('PUT', path, { msgtype: 'm.text', body }, query)))['event_id']);
}

export async function readEvent(who: Caller, roomId: string, eventId: string): Promise<PushedEvent> {
  return (await ok(
    who.call('GET', `/v3/rooms/${encoded(roomId)}/event/${encoded(eventId)}`),
  )) as unknown as PushedEvent;
}

/** Waits until the application service was pushed the event, `withinMs` at most, and answers it. */
export function pushed(service: ScriptedService, eventId: string, withinMs?: number): Promise<PushedEvent> {
  return eventually(() => {
    const event = service.events().find((candidate) => candidate.event_id === eventId);
    if (event === undefined) throw new Error(`${eventId} was not pushed`);
    return event;
  }, withinMs);
}

export const bodiesIn = (events: readonly PushedEvent[], roomId: string): unknown[] =>
  events
    .filter((event) => event.room_id === roomId && event.type === 'm.room.message')
    .map((event) => event.content['body']);
