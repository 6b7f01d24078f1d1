import type { ServerName } from '../../src/lib/core/ids.ts';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import type { Registration } from '../../src/lib/matrix/types.ts';
import { type Bench, startBench } from './bridge-bench.ts';
import { freePort } from './free-port.ts';
import type { HomeserverKind } from './homeservers.ts';

/** A registration for a bridge on this machine, named after its prefix. */
async function registrationWith(homeserver: HomeserverKind, prefix: string): Promise<Registration> {
  return makeRegistration({
    id: `rcfed-${prefix}`,
    senderLocalpart: `rcfed-${prefix}`,
    prefix,
    url: `http://127.0.0.1:${await freePort()}`,
    serverName: `${homeserver.name}.test` as ServerName,
  });
}

/** Two workspaces, each with a bridge of its own, on one homeserver. */
export interface TwoWorkspaces {
  readonly one: Bench;
  readonly other: Bench;
  stop(): Promise<void>;
}

export async function startTwoWorkspaces(
  kind: HomeserverKind,
  prefixes: readonly [string, string],
): Promise<TwoWorkspaces> {
  const registrations = [await registrationWith(kind, prefixes[0]), await registrationWith(kind, prefixes[1])] as const;
  const homeserver = await kind.start({ serverName: registrations[0].serverName, registrations });
  // Both benches have it, and neither ends it.
  const shared: HomeserverKind = { name: kind.name, start: async () => ({ ...homeserver, stop: async () => {} }) };
  const one = await startBench({ homeserver: shared, registration: registrations[0] });
  const other = await startBench({ homeserver: shared, registration: registrations[1] });
  return {
    one,
    other,
    async stop() {
      try {
        await one.stop();
        await other.stop();
      } finally {
        await homeserver.stop();
      }
    },
  };
}
