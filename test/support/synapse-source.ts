import { foldersFrom } from '../../src/lib/config/folders.ts';
import * as source from '../../src/sandbox/synapse/source.ts';

export type { SynapseSource } from '../../src/sandbox/synapse/source.ts';

export const howToGetSynapse =
  'Run as root on Debian (a Synapse is then built once into the cache folder), install Synapse, start a Docker engine, or let RCFED_TEST_SYNAPSE name a Python that has Synapse.';

/** What `sandbox demo --synapse` finds, or what RCFED_TEST_SYNAPSE names; built where it can be. */
export function findSynapse(): Promise<source.SynapseSource | undefined> {
  return source.findSynapse({
    python: process.env['RCFED_TEST_SYNAPSE'],
    cache: foldersFrom({ ...process.env, RCFED_CACHE_DIR: undefined }).cache,
    onBuild: () => process.stderr.write('Building a Synapse for the tests, once, about a minute …\n'),
  });
}
