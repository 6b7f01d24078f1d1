import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface PushedEvent {
  readonly event_id: string;
  readonly type: string;
  readonly room_id: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: Record<string, unknown>;
  readonly origin_server_ts: number;
  readonly unsigned?: Record<string, unknown>;
}

export interface PushedTransaction {
  readonly id: string;
  readonly authorization: string | undefined;
  readonly events: readonly PushedEvent[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** `no-length` closes the connection to mark the end of the answer, as HTTP/1.0 did; `hold` waits for {@link ScriptedService.release}. */
export type Reaction = 'ok' | 'chunked' | 'no-length' | 'not-json' | 'hold' | number;

/** An application service that does what a test tells it to, and remembers what it was asked. */
export interface ScriptedService {
  readonly url: string;
  readonly transactions: readonly PushedTransaction[];
  /** Paths asked for, in order, other than transactions. */
  readonly questions: readonly string[];
  /** All events in the order they were pushed, repeats included, whatever was answered. */
  events(): readonly PushedEvent[];
  onTransaction: (transaction: PushedTransaction) => Reaction;
  /** Users that exist for it; the answer for others is 404. */
  onUserQuery: (userId: string) => Reaction;
  onAliasQuery: (alias: string) => Promise<Reaction>;
  onPing: Reaction;
  /** Answers everything that is on hold with 200. */
  release(): void;
  stop(): Promise<void>;
}

export async function startScriptedService(): Promise<ScriptedService> {
  const transactions: PushedTransaction[] = [];
  const questions: string[] = [];
  const held: ServerResponse[] = [];
  const service: ScriptedService = {
    url: '',
    transactions,
    questions,
    events: () => transactions.flatMap((transaction) => transaction.events),
    onTransaction: () => 'ok',
    onUserQuery: () => 404,
    onAliasQuery: () => Promise.resolve(404),
    onPing: 'ok',
    release: () => held.splice(0).forEach((response) => react(response, 'ok', held)),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((message, response) => {
    void reactionTo(service, message, transactions, questions).then((reaction) => react(response, reaction, held));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(service, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function reactionTo(
  service: ScriptedService,
  message: IncomingMessage,
  transactions: PushedTransaction[],
  questions: string[],
): Promise<Reaction> {
  const path = decodeURIComponent(message.url ?? '');
  const body = await text(message);
  const transactionId = /^\/_matrix\/app\/v1\/transactions\/([^?]*)/.exec(path)?.[1];
  if (transactionId !== undefined) {
    const parsed = JSON.parse(body) as { events: PushedEvent[] };
    const transaction = {
      id: transactionId,
      authorization: message.headers.authorization,
      events: parsed.events,
      body: { ...parsed },
    };
    transactions.push(transaction);
    return service.onTransaction(transaction);
  }
  questions.push(`${message.method} ${path} ${body}`.trim());
  if (path === '/_matrix/app/v1/ping') return service.onPing;
  if (path.startsWith('/_matrix/app/v1/users/'))
    return service.onUserQuery(path.slice('/_matrix/app/v1/users/'.length));
  if (path.startsWith('/_matrix/app/v1/rooms/'))
    return service.onAliasQuery(path.slice('/_matrix/app/v1/rooms/'.length));
  return 404;
}

function react(response: ServerResponse, reaction: Reaction, held: ServerResponse[]): void {
  if (reaction === 'hold') return void held.push(response);
  if (reaction === 'no-length') {
    response.socket?.end('HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}');
    return;
  }
  if (reaction === 'chunked') {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{');
    response.end('}');
    return;
  }
  const body = reaction === 'not-json' ? 'fine' : reaction === 'ok' ? '{}' : '{"errcode":"M_UNKNOWN"}';
  const status = typeof reaction === 'number' ? reaction : 200;
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}
