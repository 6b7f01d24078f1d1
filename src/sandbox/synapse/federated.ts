import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { RcfedError } from '../../lib/core/errors.ts';
import type { Registration } from '../../lib/matrix/types.ts';
import type { RunningHomeserver } from '../homeserver/types.ts';
import { makeCa } from './authority.ts';
import { FEDERATION_PORTS, type FederationPort } from './federation.ts';
import { startSynapse } from './server.ts';
import type { SynapseSource } from './source.ts';

export interface FederatedStart {
  /** Server names without a port, `aaa.test`. */
  readonly names: readonly string[];
  /** Each is given to the server that it is for. */
  readonly registrations?: readonly Registration[];
}

interface Place {
  readonly address: string;
  readonly port: FederationPort;
}

/**
 * Synapses that reach each other by name, over TLS with certificates of one throw-away authority, each on a
 * loopback address of its own: several groups of the same names may run at once. In the order of the names.
 * Linux and root, or Docker. Each is stopped by itself; if one doesn't start, none is left.
 * @throws RcfedError RCFED_SYNAPSE_FAILED where the ports are not to be had
 */
export async function startFederatedSynapses({
  source,
  names,
  registrations = [],
}: FederatedStart & { readonly source: SynapseSource }): Promise<readonly RunningHomeserver[]> {
  const places = new Map<string, Place>();
  for (const name of names) places.set(name, await freePlace());
  const hosts = new Map([...places].map(([name, { address }]) => [name, address]));
  const authority = makeCa();
  try {
    const ca = await readFile(authority.caFile, 'utf8');
    const starts = [...places].map(([serverName, place]) =>
      startSynapse({
        source,
        serverName,
        registrations: registrations.filter((registration) => registration.serverName === serverName),
        federation: { ...place, hosts, ca, ...authority.certify(`DNS:${serverName}`) },
      }),
    );
    return await allOrNone(starts);
  } finally {
    authority.remove();
  }
}

async function allOrNone(starts: readonly Promise<RunningHomeserver>[]): Promise<readonly RunningHomeserver[]> {
  const ends = await Promise.allSettled(starts);
  const failed = ends.find((end) => end.status === 'rejected');
  const running = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  if (failed === undefined) return running;
  await Promise.all(running.map((one) => one.stop()));
  throw failed.reason;
}

/** A random one of 16 million addresses: that another picks the same before we listen is no concern. */
async function freePlace(): Promise<Place> {
  const address = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
  const reasons: string[] = [];
  for (const port of FEDERATION_PORTS) {
    const why = await whyNotFree(address, port);
    if (why === undefined) return { address, port };
    reasons.push(why);
  }
  throw new RcfedError('RCFED_SYNAPSE_FAILED', "Homeservers can't federate on this machine", {
    why: reasons.join('; '),
  });
}

async function whyNotFree(address: string, port: number): Promise<string | undefined> {
  const probe = createServer().listen(port, address);
  try {
    await once(probe, 'listening');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  probe.close();
  await once(probe, 'close');
  return undefined;
}
