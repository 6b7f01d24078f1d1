import type { LocalNames } from '../../matrix/look-alike.ts';
import type { BridgeOptions } from '../bridge-options.ts';
import { createEmojiNews } from '../emoji/emoji-news.ts';
import type { PortalIndex } from '../portal-index.ts';
import { createInvitedToReplacement } from '../room-upgrade/invited.ts';
import type { Puppets } from '../workspace/puppets.ts';
import { type LiveFeature, together } from './live-feature.ts';
import { createPresence } from './presence.ts';
import { createPuppetProfiles } from './puppet-profiles.ts';
import { createReceipts } from './receipts.ts';
import { createTyping } from './typing.ts';

interface FeaturesOptions extends Pick<BridgeOptions, 'parts' | 'presence' | 'compareProfilesMs'> {
  readonly portals: PortalIndex;
  readonly puppets: Puppets;
  readonly localNames: LocalNames;
  readonly wake: (lane: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Everything that is of the moment, as one.
 *
 * @param others that somebody else asks something of besides
 */
export function createFeatures(options: FeaturesOptions, others: readonly LiveFeature[]): ReturnType<typeof together> {
  const { parts, portals, puppets, localNames, wake, signal } = options;
  return together([
    createInvitedToReplacement({ parts, portals, wake }),
    createTyping({ parts, portals, puppets, signal }),
    createReceipts({ parts, portals, puppets, signal }),
    ...(options.presence === true ? [createPresence({ parts, signal })] : []),
    createPuppetProfiles({ parts, portals, naming: localNames, everyMs: options.compareProfilesMs, signal }),
    createEmojiNews(parts.emoji),
    ...others,
  ]);
}
