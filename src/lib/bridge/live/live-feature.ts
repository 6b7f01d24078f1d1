import type { RealtimeInterest, RealtimeNews } from '../../rocketchat/realtime-news.ts';

/**
 * Something that the bridge carries or follows outside the lanes because it is of the moment: nothing of it is
 * recorded, and what was missed is compared afterwards or forgotten. None of these rejects or throws.
 */
export interface LiveFeature {
  /** What the bot's realtime session has to tell of; each costs subscriptions. */
  readonly wants?: readonly RealtimeInterest[];
  inWorkspace?(news: RealtimeNews): void;
  /** Ephemeral events as the homeserver pushed them: nothing about them may be believed. */
  onMatrix?(events: readonly unknown[]): void;
  /**
   * Room events of a transaction once they are recorded, as unread. What the homeserver loses or repeats is lost
   * or comes again here: what must not be missed is compared besides.
   */
  onRecorded?(events: readonly unknown[]): void;
  /** Work of its own while the bridge runs; ends when the bridge's signal aborts. */
  run?(): Promise<void>;
}

/** All features as one: each is told everything. */
export function together(features: readonly LiveFeature[]): Required<Omit<LiveFeature, 'run'>> & {
  run(): readonly Promise<void>[];
} {
  return {
    wants: [...new Set(features.flatMap(({ wants = [] }) => wants))],
    inWorkspace: (news) => features.forEach((feature) => feature.inWorkspace?.(news)),
    onMatrix: (events) => features.forEach((feature) => feature.onMatrix?.(events)),
    onRecorded: (events) => features.forEach((feature) => feature.onRecorded?.(events)),
    run: () => features.flatMap((feature) => feature.run?.() ?? []),
  };
}
