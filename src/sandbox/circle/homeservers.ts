import type { RunningHomeserver } from '../homeserver/types.ts';
import { createFederation } from '../homeserver/federation/network.ts';
import { startHomeserver } from '../homeserver/server.ts';
import { startFederatedSynapses } from '../synapse/federated.ts';
import type { SynapseSource } from '../synapse/source.ts';

/**
 * Homeservers that federate, in the order of their names: the sandbox's, within this process, or real ones over TLS.
 * @throws RcfedError RCFED_SYNAPSE_FAILED
 */
export async function startFederatedHomeservers(
  names: readonly string[],
  source: SynapseSource | undefined,
): Promise<readonly RunningHomeserver[]> {
  if (source !== undefined) return startFederatedSynapses({ source, names });
  const federation = createFederation();
  return Promise.all(names.map((serverName) => startHomeserver({ serverName, federation })));
}
