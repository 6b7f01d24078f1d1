import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import * as synapse from '../../src/sandbox/synapse/server.ts';
import { findSynapse, howToGetSynapse } from './synapse-source.ts';

/** As `sandbox demo --synapse` starts it; the one that {@link findSynapse} finds unless another is given. */
export async function startSynapse(options: Partial<synapse.SynapseOptions> = {}): Promise<RunningHomeserver> {
  const source = options.source ?? (await findSynapse());
  if (source === undefined) throw new Error(`There is no Synapse to test with. ${howToGetSynapse}`);
  return synapse.startSynapse({ ...options, source });
}
