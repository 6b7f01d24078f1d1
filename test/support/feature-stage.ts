import { systemClock } from '../../src/lib/core/clock.ts';
import { createNetwork } from '../../src/lib/network/network.ts';
import { buildFeatureStage, type FeatureStage } from '../../src/sandbox/features/stage.ts';
import type { HomeserverKind } from './homeservers.ts';
import { findSynapse } from './synapse-source.ts';

/** As `sandbox demo --features` builds it. */
export async function startFeatureStage(homeserver: HomeserverKind['name']): Promise<FeatureStage> {
  const source = homeserver === 'synapse' ? await findSynapse() : undefined;
  if (homeserver === 'synapse' && source === undefined) throw new Error('There is no Synapse to test with');
  return buildFeatureStage({
    clock: systemClock,
    log: () => {},
    network: await createNetwork({ env: {} }),
    signal: new AbortController().signal,
    env: process.env,
    synapse: source,
  });
}
