import type { CatchUps } from '../catch-ups.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { rememberPrune } from '../workspace/prunes.ts';
import type { LiveFeature } from './live-feature.ts';

interface PruneOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly catchUps: Pick<CatchUps, 'one'>;
  /** Resolves when all that realtime brought before is on disk: what people deleted is known as theirs then. */
  readonly recorded: () => Promise<void>;
}

/** Realtime names a range of time; which messages a prune took is what the catch-up then finds to be gone. */
export function createPruneNews({ parts, portals, catchUps, recorded }: PruneOptions): LiveFeature {
  const serial = new SerialByKey<number>();
  return {
    wants: ['prunes'],
    inWorkspace(news) {
      if (news.kind !== 'pruned') return;
      const portal = portals.ofWorkspaceRoom(news.roomId);
      if (portal?.state !== 'active') return;
      const taken = serial.run(portal.id, async () => {
        const serverTime = await parts.workspace.info().then(
          (info) => info.serverTime,
          () => parts.clock.now(),
        );
        await rememberPrune(parts, portal, news, serverTime);
        await recorded();
        await catchUps.one('workspace', portal);
      });
      taken.catch((error: unknown) => {
        parts.log('warn', 'prune.missed', { portal: portal.name, reason: (error as Error).message });
      });
    },
  };
}
