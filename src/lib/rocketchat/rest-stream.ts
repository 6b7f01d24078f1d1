import { withDeadline } from '../core/deadline.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { FileDownload } from './file-types.ts';
import type { RestOptions } from './rest.ts';
import { readAnswer, readBytes, refusal, tooLarge } from './rest-answer.ts';
import { unreached } from './rest-send.ts';

const DEFAULT_DEADLINE_MS = 20_000;
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * An answer's bytes as a stream of at most `limit`, each piece of which must come in time.
 * @throws RemoteError `refused` for an error of the server (which has plain text for files), `too-large`
 *   for an announced size above the limit.
 */
export async function openFile(
  options: Pick<RestOptions, 'clock' | 'deadlineMs' | 'signal'>,
  response: Response,
  limit: number,
  request: string,
): Promise<FileDownload> {
  if (!response.ok) await throwRefusal(response, request);
  const announced = response.headers.get('content-length');
  // Of a compressed answer the length is that of what is sent, not of what comes out.
  const size = announced === null || response.headers.has('content-encoding') ? undefined : Number(announced);
  if (size !== undefined && size > limit) {
    await response.body?.cancel();
    throw tooLarge(request, response.status, limit);
  }
  return {
    body: limitedStream(options, response, limit, request),
    contentType: response.headers.get('content-type') ?? 'application/octet-stream',
    size,
  };
}

function limitedStream(
  { clock, deadlineMs = DEFAULT_DEADLINE_MS, signal }: Pick<RestOptions, 'clock' | 'deadlineMs' | 'signal'>,
  response: Response,
  limit: number,
  request: string,
): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader();
  let got = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await withDeadline({ clock, ms: deadlineMs, signal }, async () => await reader?.read());
          if (piece === undefined || piece.done) return controller.close();
          got += piece.value.length;
          if (got > limit) throw tooLarge(request, response.status, limit);
          controller.enqueue(piece.value);
        } catch (error) {
          reader?.cancel().catch(() => {}); // The connection may be what failed.
          controller.error(unreached(request, error));
        }
      },
      async cancel(reason) {
        await reader?.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Files are refused with plain text: a status of the 4xx is the server's word, whatever the body is. */
async function throwRefusal(response: Response, request: string): Promise<never> {
  const { status } = response;
  const type = response.headers.get('content-type') ?? '';
  if (status < 400 || status >= 500 || type.includes('json')) {
    await readAnswer(response, request);
    throw new RemoteError({ side: 'workspace', failure: 'not-json', request, status });
  }
  const text = new TextDecoder().decode(await readBytes(response, MAX_REFUSAL_BYTES, request));
  const error = type.startsWith('text/plain') ? text.trim() : '';
  const errorType = status === 401 || status === 403 ? 'forbidden' : undefined;
  throw refusal(request, status, { ...(error === '' ? {} : { message: error }), errorType });
}
