import { unicodeOf } from '../../format/emoji.ts';
import type { CustomEmoji } from '../../rocketchat/feature-types.ts';
import type { BridgeParts } from '../parts.ts';

/** So long a change may go unnoticed where realtime did not tell of it. */
const FRESH_MS = 60_000;
/** A name that is not in the list may be a new emoji's: it is read again, but not for each such name. */
const AGAIN_MS = 5_000;

export interface EmojiList {
  /** The workspace's custom emoji of that name or alias, without colons. */
  find(code: string): Promise<CustomEmoji | undefined>;
  /** Something in it was changed: it is read again when it is wanted next. */
  forget(): void;
}

/** What was known last serves while the workspace can't be asked; without it, `find` rejects as its client does. */
export function createEmojiList({
  workspace,
  clock,
  log,
}: Pick<BridgeParts, 'workspace' | 'clock' | 'log'>): EmojiList {
  let known: ReadonlyMap<string, CustomEmoji> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<ReadonlyMap<string, CustomEmoji>> | undefined;
  const read = async (): Promise<ReadonlyMap<string, CustomEmoji>> => {
    readAt = clock.now();
    try {
      known = byCode(await workspace.customEmoji());
    } catch (error) {
      if (known === undefined) throw error;
      log('warn', 'emoji.unread', { reason: (error as Error).message });
    }
    return known;
  };
  const list = async (withinMs: number): Promise<ReadonlyMap<string, CustomEmoji>> => {
    if (known !== undefined && clock.now() - readAt < withinMs) return known;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return {
    async find(code) {
      const found = (await list(FRESH_MS)).get(code);
      if (found !== undefined || unicodeOf(code) !== undefined) return found;
      return (await list(AGAIN_MS)).get(code);
    },
    forget() {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}

/** A name goes before somebody else's alias. */
function byCode(all: readonly CustomEmoji[]): ReadonlyMap<string, CustomEmoji> {
  const aliases = all.flatMap((emoji) => emoji.aliases.map((alias) => [alias, emoji] as const));
  return new Map([...aliases, ...all.map((emoji) => [emoji.name, emoji] as const)]);
}
