import { type ApplicationService, startApplicationService } from '../matrix/application-service.ts';
import { DIRECT_HINT_PATH, directHints } from '../rocketchat/direct-hint.ts';
import type { BridgeOptions } from './bridge-options.ts';
import type { Directs } from './direct/directs.ts';
import { createHomeserverSource } from './homeserver/source.ts';
import type { together } from './live/live-feature.ts';
import type { PortalIndex } from './portal-index.ts';

interface ListeningOptions extends Pick<BridgeOptions, 'parts' | 'listen' | 'webhookToken'> {
  readonly portals: PortalIndex;
  readonly directs: Directs;
  readonly live: ReturnType<typeof together>;
  readonly wake: (lane: string) => void;
  /** As `/health/ready` says it. */
  readonly ready: () => boolean;
}

/** From now on the homeserver may push and ask, and Rocket.Chat may tell of direct messages. */
export function listen(options: ListeningOptions): Promise<ApplicationService> {
  const { parts, portals, directs, live, wake, webhookToken } = options;
  const source = createHomeserverSource(parts, portals, (lane) => {
    wake(lane);
    directs.touched(lane);
  });
  return startApplicationService({
    ...options.listen,
    clock: parts.clock,
    log: parts.log,
    ready: options.ready,
    beside: webhookToken === undefined ? {} : { [DIRECT_HINT_PATH]: directHints(webhookToken, directs.hinted) },
    handlers: {
      async onTransaction(id, events) {
        await source.onTransaction(id, events);
        live.onRecorded(events);
      },
      onEphemeral: (events) => live.onMatrix(events),
      onUserQuery: (id) => directs.isUser(id),
      onAliasQuery: async (alias) => portals.all().some((portal) => portal.alias === alias),
    },
  });
}
