// Moves a generated file up to a homeserver and down again, and tells by how much this process grew meanwhile.
// argv[2]: {url, serverName, userId, token, size}. Prints {"up", "down", "sent", "grownBy"}; needs --expose-gc.
import { createHash } from 'node:crypto';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import { generatedFile, hashOf } from './generated-file.ts';

const wanted = JSON.parse(process.argv[2] ?? '{}') as Record<'url' | 'serverName' | 'userId' | 'token', string> & {
  size: number;
};
const SAMPLE_EVERY = 4 * 1024 * 1024;
const api = await createMatrixApi({
  baseUrl: wanted.url,
  userId: wanted.userId as MatrixUserId,
  serverName: wanted.serverName as ServerName,
  accessToken: new Secret(wanted.token),
  clock: systemClock,
  log: silentLog,
});

let peak = 0;
/** What is in use and not garbage, in bytes. */
function sample(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  peak = Math.max(peak, heapUsed + external);
  return heapUsed + external;
}

async function* watched(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let since = 0;
  for await (const piece of pieces) {
    since += piece.byteLength;
    if (since >= SAMPLE_EVERY) {
      since = 0;
      sample();
    }
    yield piece;
  }
}

async function upAndDown(size: number): Promise<Record<'up' | 'down', string>> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const piece of generatedFile(size)) {
      hash.update(piece);
      yield piece;
    }
  }
  const mxc = await api.createMedia();
  await api.uploadStream(mxc, watched(hashed()), { size, contentType: 'application/octet-stream' });
  const file = await api.downloadStream(mxc, { limit: size });
  return { up: hash.digest('hex'), down: await hashOf(watched(file.body)) };
}

// Code is loaded and connections are made by the first.
await upAndDown(8 * 1024 * 1024);
const before = sample();
peak = before;
const hashes = await upAndDown(wanted.size);
process.stdout.write(`${JSON.stringify({ ...hashes, sent: wanted.size, grownBy: peak - before })}\n`);
