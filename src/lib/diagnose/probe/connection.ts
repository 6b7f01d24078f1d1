import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../core/clock.ts';
import { DeadlinePassed, withDeadline } from '../../core/deadline.ts';
import { bracketed } from '../facts/name-parts.ts';
import { type Handshake, ProbeError, type Probe, type Target, type WebAnswer, type WebRequest } from './probe.ts';

/** All within the ten seconds of a check, so that it can say what took so long. */
const CONNECT_MS = 4000;
const ANSWER_MS = 5000;
const LIMIT = 50 * 1024;

export interface ConnectionOptions {
  readonly clock: Clock;
  /** Authorities trusted besides Node's own; unset: those alone. */
  readonly ca?: readonly string[] | undefined;
  /** Opens the connection; tests have servers elsewhere than where names and ports say. */
  readonly dial?: (address: string, port: number) => Socket;
  /** Longest time for a handshake, and for a whole answer unless a request says otherwise, ms. */
  readonly answerMs?: number;
}

/** TCP, TLS and HTTP/1.1 to one address, with everything said about what goes wrong. */
export function connections(options: ConnectionOptions): Pick<Probe, 'connect' | 'handshake' | 'ask'> {
  const { clock, ca, dial = (host, port) => connectTcp({ host, port }), answerMs = ANSWER_MS } = options;

  const opened = async ({ address, port }: Pick<Target, 'address' | 'port'>): Promise<Socket> => {
    const socket = dial(address, port);
    socket.setTimeout(CONNECT_MS);
    try {
      await event(socket, 'connect');
      socket.setTimeout(0);
      return socket;
    } catch (error) {
      socket.destroy();
      throw new ProbeError('tcp', `${address} port ${port}: ${reasonOf(error)}`, { cause: error });
    }
  };

  const secured = async (target: Target): Promise<TLSSocket> => {
    const socket = await opened(target);
    const secure = connectTls({
      socket,
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1',
      rejectUnauthorized: false,
      // Told apart from whether it is trusted.
      checkServerIdentity: () => undefined,
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      ...(ca === undefined ? {} : { ca: [...ca] }),
    });
    secure.setTimeout(answerMs);
    try {
      await event(secure, 'secureConnect');
      secure.setTimeout(0);
      return secure;
    } catch (error) {
      secure.destroy();
      const speaksPlain =
        (error as NodeJS.ErrnoException).code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
        /wrong version number|packet length too long/i.test(String(error));
      const where = `${target.address} port ${target.port}`;
      if (speaksPlain) throw new ProbeError('plain', `${where} does not speak TLS`, { cause: error });
      throw new ProbeError('tls', `${where}: ${reasonOf(error)}`, { cause: error });
    }
  };

  return {
    async connect(target) {
      const startedAt = clock.now();
      (await opened(target)).destroy();
      return { durationMs: clock.now() - startedAt };
    },
    async handshake(target) {
      const socket = await secured(target);
      try {
        return shownBy(socket, target.host);
      } finally {
        socket.destroy();
      }
    },
    async ask(request) {
      const startedAt = clock.now();
      const socket = request.plain === true ? await opened(request) : await secured(request);
      try {
        const distrusted = 'encrypted' in socket ? distrustOf(shownBy(socket, request.host), request.host) : undefined;
        if (request.verified === true && distrusted !== undefined)
          throw new ProbeError('tls', `${request.host}: ${distrusted}`);
        const limit = { clock, ms: request.patienceMs ?? answerMs };
        const answer = await withDeadline(limit, () => exchange(socket, request));
        return { ...answer, distrusted, durationMs: clock.now() - startedAt };
      } catch (error) {
        if (error instanceof ProbeError) throw error;
        throw new ProbeError('cut', `${request.address} port ${request.port}: ${reasonOf(error)}`, { cause: error });
      } finally {
        socket.destroy();
      }
    },
  };
}

function distrustOf({ untrusted, misnamed, certificate }: Handshake, host: string): string | undefined {
  if (untrusted !== undefined) return `its certificate is not trusted (${untrusted})`;
  if (misnamed === undefined) return undefined;
  return `its certificate is not for ${host}, but for ${certificate.subjectaltname ?? 'nobody'}`;
}

function shownBy(socket: TLSSocket, host: string): Handshake {
  const certificate = socket.getPeerCertificate(true);
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    certificate,
    trusted: socket.authorized,
    untrusted: socket.authorized ? undefined : String(socket.authorizationError ?? 'unknown'),
    // Node takes the common name where there is nothing else; other servers take it no more (RFC 9525).
    misnamed:
      certificate.subjectaltname === undefined
        ? 'it has no alternative names'
        : checkServerIdentity(host, certificate)?.message,
  };
}

async function exchange(socket: Socket, request: WebRequest): Promise<Omit<WebAnswer, 'durationMs'>> {
  const { method = 'GET', path, host, port, plain, hostHeader, headers = {}, body, limit = LIMIT } = request;
  const sent = httpRequest({
    createConnection: () => socket,
    method,
    path,
    setHost: false,
    headers: {
      Host: hostHeader ?? (port === (plain === true ? 80 : 443) ? bracketed(host) : `${bracketed(host)}:${port}`),
      Accept: 'application/json',
      // Services in front of servers turn away who does not say who it is.
      'User-Agent': 'rcfed',
      Connection: 'close',
      ...headers,
    },
  });
  const answering = event<IncomingMessage>(sent, 'response');
  sent.end(body);
  const answer = await answering;
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > limit) break;
  }
  const read = Buffer.concat(pieces);
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    ),
    body: read.subarray(0, limit).toString('utf8'),
    cut: length > limit,
  };
}

/** The event's first argument. Rejects with what the emitter fails with, at its time-out, and when it is closed before. */
function event<Result>(
  emitter: NodeJS.EventEmitter & { destroy(error?: Error): unknown },
  name: string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    emitter.once(name, resolve);
    emitter.once('error', reject);
    emitter.once('timeout', () => emitter.destroy(new Error('no answer in time')));
    emitter.once('close', () => reject(new Error('the connection was closed')));
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DeadlinePassed) return 'no whole answer in time';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ECONNRESET') return 'the connection was cut';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'there is no way there';
  return message === '' ? (code ?? 'failed') : message;
}
