// A file goes through the bridge piece by piece: its process must not grow with what it carries.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { createNetwork } from '../../src/lib/network/network.ts';
import { type BridgeProcess, startBridgeProcess } from '../../src/sandbox/bridge-process.ts';
import { type BridgeSetup, setUpBridge } from '../../src/sandbox/bridge-setup.ts';
import { type LinkedRoom, linkRoom } from '../../src/sandbox/demo/stage.ts';
import type { Servers } from '../../src/sandbox/servers.ts';
import { startWorkspace } from '../../src/sandbox/workspace/server.ts';
import { eventually } from '../support/eventually.ts';
import { filesInWorkspace, filesOnMatrix, sendFileEvent } from '../support/file-messages.ts';
import { generatedFile, hashOf } from '../support/generated-file.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const MB = 1_000_000;
const SIZE = 100 * MB;
const WARM_UP = 30 * MB;
const TYPE = 'application/zip';
const WITHIN_MS = 60_000;

describe.each(finerHomeservers)('a file of 100 MB through a running bridge, on $name', (kind) => {
  let servers: Servers;
  let setup: BridgeSetup;
  let bridge: BridgeProcess;
  let room: LinkedRoom;
  let alice: MatrixApi;

  beforeAll(async () => {
    const serverName = `${kind.name}.test` as ServerName;
    const workspace = await startWorkspace({ settings: { API_Enable_Rate_Limiter: false } });
    const homeserver = await kind.start({ serverName, maxUploadBytes: SIZE });
    servers = {
      workspace,
      homeserver,
      serverName,
      stop: async () => void (await Promise.allSettled([workspace.stop(), homeserver.stop()])),
    };
    const network = await createNetwork({ env: {} });
    const options = { clock: systemClock, log: silentLog, network, signal: new AbortController().signal };
    const env = process.env;
    setup = await setUpBridge(servers, options);
    bridge = await startBridgeProcess({ setup, env, clock: systemClock, fetch: network.fetch });
    const stage = { servers, setup, startBridge: () => Promise.resolve(bridge), strike: () => Promise.resolve() };
    room = await linkRoom(stage, { ...options, env, synapse: undefined });
    const { userId, accessToken } = await homeserver.registerUser('alice');
    alice = await createMatrixApi({
      baseUrl: homeserver.url,
      accessToken: new Secret(accessToken),
      userId: userId as MatrixUserId,
      serverName,
      clock: systemClock,
      log: silentLog,
    });
    await alice.join(room.matrixRoomId);
  }, 120_000);

  afterAll(async () => {
    await bridge?.stop();
    await setup?.remove();
    await servers?.stop();
  });

  /** Bob posts a file; answers what alice downloads. */
  async function toMatrix(size: number, fileName: string): Promise<string> {
    const file = { fileName, contentType: TYPE, size, body: generatedFile(size) };
    const begun = await room.bob.beginUpload(room.roomId, file, {});
    if (begun.state === 'posted') throw new Error('not on 8.x');
    await room.bob.confirmUpload(room.roomId, begun.fileId, {});
    const url = await eventually(async () => {
      const found = (await filesOnMatrix(alice, room.matrixRoomId)).find((content) => content['filename'] === fileName);
      expect(found).toBeDefined();
      return String(found?.['url']);
    }, WITHIN_MS);
    return hashOf((await alice.downloadStream(url, { limit: size })).body);
  }

  /** Alice sends a file; answers what bob downloads. */
  async function toWorkspace(size: number, fileName: string): Promise<string> {
    const url = await alice.createMedia();
    await alice.uploadStream(url, generatedFile(size), { size, contentType: TYPE, fileName });
    const info = { mimetype: TYPE, size };
    await sendFileEvent(alice, room.matrixRoomId, { msgtype: 'm.file', body: fileName, info, url });
    const id = await eventually(async () => {
      const files = (await filesInWorkspace(room.bob, { id: room.roomId })).map(
        ({ file }) => file as { _id: string; name: string },
      );
      const found = files.find(({ name }) => name === fileName);
      expect(found).toBeDefined();
      return String(found?._id);
    }, WITHIN_MS);
    const download = await room.bob.downloadFile(`/file-upload/${id}/file`, size);
    if (download === undefined) throw new Error(`${fileName} is not there`);
    return hashOf(download.body);
  }

  test.each([
    ['Rocket.Chat to Matrix', toMatrix],
    ['Matrix to Rocket.Chat', toWorkspace],
  ])(
    'goes from %s as it is, while the bridge grows by less than 20 MB',
    async (way, carry) => {
      // Code is loaded, connections are made, and the garbage that a transfer leaves is there once.
      await toMatrix(WARM_UP, `${way}, there.zip`);
      await toWorkspace(WARM_UP, `${way}, back.zip`);
      const wanted = await hashOf(generatedFile(SIZE));
      const grownBy: number[] = [];
      // On a busy machine the garbage of one transfer may be collected late; what holds a file always holds it.
      while (grownBy.length < 3 && !grownBy.some((bytes) => bytes < 20 * MB)) {
        const before = await residentBytes(bridge.pid);
        const watch = watchGrowth(bridge.pid);
        const received = await carry(SIZE, `${way} ${grownBy.length}.zip`).finally(() => watch.stop());
        expect(received).toBe(wanted);
        grownBy.push((await watch.peak) - before);
      }
      expect(Math.min(...grownBy)).toBeLessThan(20 * MB);
    },
    180_000,
  );
});

/** What the process has in memory, in bytes. */
async function residentBytes(pid: number): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error(`the system does not tell what ${pid} holds`);
  return Number(kilobytes) * 1024;
}

/** Looks every few milliseconds until it is stopped; `peak` resolves then. */
function watchGrowth(pid: number): { readonly peak: Promise<number>; stop(): void } {
  const over = new AbortController();
  const watch = async (): Promise<number> => {
    let peak = 0;
    while (!over.signal.aborted) {
      peak = Math.max(peak, await residentBytes(pid));
      await sleep(10);
    }
    return peak;
  };
  return { peak: watch(), stop: () => over.abort() };
}
