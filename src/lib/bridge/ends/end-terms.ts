import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { createSynapseAdmin } from '../../matrix/synapse-admin.ts';
import type { BridgeConfig } from '../connect.ts';
import { DEFAULT_END_TERMS, type EndTerms } from './terms.ts';

/** What is left out is as in {@link DEFAULT_END_TERMS}. */
export type EndChoices = Partial<Pick<EndTerms, 'roomEnds' | 'puppetIdleMs'>>;

export function endTerms(config: BridgeConfig, { clock, log }: { readonly clock: Clock; readonly log: Log }): EndTerms {
  const { url, adminToken: token } = config.homeserver;
  const { fetch } = config.network ?? {};
  const admin =
    token === undefined
      ? undefined
      : createSynapseAdmin({ baseUrl: url, token, clock, log, fetch, deadlineMs: config.deadlineMs });
  return { ...DEFAULT_END_TERMS, ...config.ends, synapseAdmin: admin };
}
