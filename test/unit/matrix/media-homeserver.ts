import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/core/clock.ts';
import type { MatrixUserId, ServerName } from '../../../src/lib/core/ids.ts';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../../src/lib/matrix/types.ts';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

export interface Server {
  readonly url: string;
  readonly asked: { readonly path: string; readonly query: URLSearchParams; readonly token: string | undefined }[];
}

/** Gives these answers in turn, the last one for ever. */
export async function server(...answers: Answer[]): Promise<Server> {
  const asked: Server['asked'] = [];
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ path: url.pathname, query: url.searchParams, token: request.headers.authorization });
    answer?.(response, request);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    listener.close();
    listener.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`, asked };
}

export const ghostOn = async (url: string, more: { clock?: Clock; deadlineMs?: number } = {}): Promise<MatrixApi> =>
  (
    await createMatrixApi({
      baseUrl: url,
      userId: '@rcfed:example.org' as MatrixUserId,
      serverName: 'example.org' as ServerName,
      asToken: new Secret('as-secret'),
      clock: systemClock,
      log: () => {},
      ...more,
    })
  ).as('@rc_bob:example.org' as MatrixUserId);

export const json =
  (status: number, body: unknown): Answer =>
  (response) =>
    void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
export const bytes =
  (body: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(200, { 'Content-Type': 'image/png', ...headers }).end(body);
export const redirect =
  (to: () => string, status = 307): Answer =>
  (response) =>
    void response.writeHead(status, { Location: to() }).end();

export const MXC = 'mxc://example.org/abc';

/** The RemoteError that it must end with. */
export const failure = async (attempt: Promise<unknown>): Promise<RemoteError> => {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RemoteError);
  return error as RemoteError;
};
