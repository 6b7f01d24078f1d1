import type { IncomingHttpHeaders } from 'node:http';
import { revokeTokens } from './accounts.ts';
import type { DeliveryFaults, FaultRule } from './faults.ts';
import type { RestAnswer } from './rest.ts';
import type { Workspace } from './workspace.ts';

/** What only the server itself can do. */
export interface Controls {
  /** Drops every socket, forgets what is only in memory, keeps all documents, listens again. */
  restart(): Promise<void>;
  cutRealtime(): void;
}

export interface ControlRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
}

/**
 * The sandbox's own API under `/_sandbox/`, without authentication, on loopback:
 * `GET|POST|DELETE faults`, `POST delivery`, `POST restart`, `POST cut-realtime`,
 * `POST revoke-tokens {username}`, `GET messages?rid=`, `GET rooms`, `GET|POST settings`.
 */
export async function answerControl(
  workspace: Workspace,
  controls: Controls,
  request: ControlRequest,
): Promise<RestAnswer> {
  // A page in a browser may reach loopback too, and always says where it is from.
  if (request.headers.origin !== undefined) return json(403, { error: 'Not for browsers' });
  const body = request.body.length === 0 ? {} : (JSON.parse(request.body.toString('utf8')) as Record<string, unknown>);
  const what = `${request.method} ${request.url.pathname.slice('/_sandbox/'.length)}`;
  switch (what) {
    case 'GET faults':
      return json(200, { rules: workspace.faults.list(), delivery: workspace.faults.delivery });
    case 'POST faults':
      return json(200, { id: workspace.faults.add(body as unknown as FaultRule) });
    case 'DELETE faults':
      workspace.faults.clear();
      return json(200, {});
    case 'POST delivery':
      Object.assign(workspace.faults.delivery, body as Partial<DeliveryFaults>);
      return json(200, workspace.faults.delivery);
    case 'POST restart':
      // The answer's own socket is dropped by the restart: it has to be written first.
      setImmediate(() => void controls.restart());
      return json(202, {});
    case 'POST cut-realtime':
      controls.cutRealtime();
      return json(200, {});
    case 'POST revoke-tokens':
      return revoke(workspace, String(body['username']));
    case 'GET messages':
      return messages(workspace, request.url.searchParams.get('rid') ?? '');
    case 'GET rooms':
      return json(200, { rooms: workspace.rooms.all() });
    case 'POST settings':
      for (const [id, value] of Object.entries(body)) workspace.settings.set(id, value);
      return json(200, {});
    default:
      return json(404, { error: `The sandbox has no ${what}` });
  }
}

function revoke(workspace: Workspace, username: string): RestAnswer {
  const account = workspace.accounts.byUsername(username);
  if (account === undefined) return json(404, { error: `No user ${username}` });
  revokeTokens(workspace, account, () => true);
  return json(200, {});
}

/** Everything stored for a room (id or name), hidden messages and the ids in the trash included, oldest first. */
function messages(workspace: Workspace, ridOrName: string): RestAnswer {
  const rid = workspace.rooms.byId(ridOrName)?._id ?? workspace.rooms.byName(ridOrName)?._id ?? ridOrName;
  return json(200, { messages: workspace.messages.inRoom(rid), deleted: workspace.messages.deletedAfter(rid, -1) });
}

function json(status: number, body: unknown): RestAnswer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
