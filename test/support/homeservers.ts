import type { Registration } from '../../src/lib/matrix/types.ts';
import { createFederation } from '../../src/sandbox/homeserver/federation/network.ts';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';
import type { RunningHomeserver } from '../../src/sandbox/homeserver/types.ts';
import { type FederatedStart, startFederatedSynapses } from '../../src/sandbox/synapse/federated.ts';
import { findSynapse, howToGetSynapse, type SynapseSource } from './synapse-source.ts';
import { startSynapse } from './synapse.ts';

export interface HomeserverStart {
  readonly serverName?: string;
  readonly registrations?: readonly Registration[];
  readonly presence?: boolean;
  readonly maxUploadBytes?: number;
}

export interface HomeserverKind {
  readonly name: 'sandbox' | 'synapse';
  start(options?: HomeserverStart): Promise<RunningHomeserver>;
}

export interface FederatedKind extends HomeserverKind {
  /** Several that know each other, in the order of the names. */
  startFederated(options: FederatedStart): Promise<readonly RunningHomeserver[]>;
}

const absence = `NOT TESTED with a real homeserver: there is no Synapse. ${howToGetSynapse}`;

async function synapseKind(): Promise<FederatedKind | undefined> {
  let source: SynapseSource | undefined;
  let why = absence;
  try {
    source = await findSynapse();
  } catch (error) {
    why = `${absence} (${error instanceof Error ? error.message : String(error)})`;
  }
  if (source !== undefined) {
    const found = source;
    return {
      name: 'synapse',
      start: (options = {}) => startSynapse({ ...options, source: found }),
      startFederated: (options) => startFederatedSynapses({ ...options, source: found }),
    };
  }
  const refuse = (): Promise<never> => Promise.reject(new Error(why));
  if (process.env['CI'] === 'true') return { name: 'synapse', start: refuse, startFederated: refuse };
  process.stderr.write(`\n*** ${why} ***\n\n`);
  return undefined;
}

/** For what only a real homeserver can show. Undefined as {@link homeservers} says; with CI=true it can't start. */
export const synapse = await synapseKind();

const sandbox: FederatedKind = {
  name: 'sandbox',
  // The sender's pauses are a hundredth of Synapse's: 20 ms, 40 ms …
  start: (options = {}) => startHomeserver({ ...options, backoffScale: 0.01 }),
  startFederated({ names, registrations = [] }) {
    const federation = createFederation();
    const starts = names.map((serverName) =>
      startHomeserver({
        serverName,
        federation,
        backoffScale: 0.01,
        registrations: registrations.filter((registration) => registration.serverName === serverName),
      }),
    );
    return Promise.all(starts);
  },
};

/** Both homeservers for `describe.each`: what holds for one must hold for the other. Without a Synapse only the sandbox, said loudly; with CI=true its suites fail. */
export const homeservers: readonly FederatedKind[] = [sandbox, ...(synapse === undefined ? [] : [synapse])];

/**
 * For the finer cases of what `contract/features.test.ts` plays on both in any case: the sandbox, which the contract
 * of homeservers holds to Synapse, and with `npm run test:whole` Synapse as well. A Synapse takes three quarters of
 * the time that such a suite takes.
 */
export const finerHomeservers: readonly FederatedKind[] =
  process.env['RCFED_TEST_WHOLE'] === undefined ? homeservers.slice(0, 1) : homeservers;
