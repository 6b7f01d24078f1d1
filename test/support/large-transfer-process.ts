// Moves a generated file up to a homeserver, from there to another address on it as the bridge does, and down
// again, and tells by how much this process grew meanwhile. Needs --expose-gc.
// argv[2]: {url, serverName, userId, token, size, spoolFolder}. Prints {"up", "down", "grownBy"}.
import { createHash } from 'node:crypto';
import { transferFile } from '../../src/lib/bridge/files/transfer.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import { generatedFile, hashOf } from './generated-file.ts';

const wanted = JSON.parse(process.argv[2] ?? '{}') as Record<
  'url' | 'serverName' | 'userId' | 'token' | 'spoolFolder',
  string
> & {
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
  const file = await api.downloadStream(await moved(await moved(mxc, size, true), size, false), { limit: size });
  return { up: hash.digest('hex'), down: await hashOf(watched(file.body)) };
}

/** To another address, as from a server that says how large the file is or from one that doesn't. */
async function moved(mxc: string, limit: number, isSizeKnown: boolean): Promise<string> {
  const from = await api.downloadStream(mxc, { limit });
  const to = await api.createMedia();
  await transferFile({
    source: { body: watched(from.body), size: isSizeKnown ? from.size : undefined },
    limit,
    upload: (body, size) => api.uploadStream(to, body, { size, contentType: from.contentType }),
    spoolFolder: wanted.spoolFolder,
    clock: systemClock,
  });
  return to;
}

// Code is loaded and connections are made by the first.
await upAndDown(8 * 1024 * 1024);
const before = sample();
peak = before;
const hashes = await upAndDown(wanted.size);
process.stdout.write(`${JSON.stringify({ ...hashes, grownBy: peak - before })}\n`);
