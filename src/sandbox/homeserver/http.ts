import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { type JsonObject, isObject } from './json.ts';
import { MatrixError } from './matrix-error.ts';
import type { UploadedFile } from './uploads.ts';

/** What a route answers: JSON, or bytes or a file with their content type. */
export interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly file?: UploadedFile;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface MatrixRequest {
  readonly method: string;
  /** Without the query, percent-encoded as sent. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The body of an upload, which is not in `body`. */
  readonly upload?: UploadedFile;
  /** Aborts when the caller went away. */
  readonly gone: AbortSignal;
}

/** Larger than anything a client sends that is no upload. */
const maxBodyBytes = 128 * 1024 * 1024;

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new MatrixError(413, 'M_TOO_LARGE', 'Request body is too large');
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/** The body as a JSON object. An empty one is `M_NOT_JSON`, as on Synapse, unless `empty` is allowed. */
export function jsonBody(request: MatrixRequest, empty: 'refused' | 'allowed' = 'refused'): JsonObject {
  if (request.body.length === 0 && empty === 'allowed') return {};
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new MatrixError(400, 'M_NOT_JSON', 'Content not JSON.');
  }
  if (!isObject(value)) throw new MatrixError(400, 'M_BAD_JSON', 'Content must be a JSON object.');
  return value;
}

const corsHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers': 'X-Requested-With, Content-Type, Authorization, Date',
};

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const body = answer.bytes ?? Buffer.from(JSON.stringify(answer.json ?? {}));
  response.writeHead(answer.status ?? 200, {
    ...corsHeaders,
    Server: 'rcfed-sandbox',
    'Content-Type': 'application/json',
    ...answer.headers,
    'Content-Length': String(answer.file?.size ?? body.byteLength),
  });
  if (answer.file === undefined) response.end(body);
  // Whoever stops reading takes nothing but their own download with them.
  else pipeline(createReadStream(answer.file.path), response, () => undefined);
}

export function integerQuery(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value))
    throw new MatrixError(400, 'M_INVALID_PARAM', `Query parameter '${name}' must be an integer`);
  return value;
}
