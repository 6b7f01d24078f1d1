import type { Side } from '../../core/remote-error.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';
import type { CarriedView, StatsView } from './stats-view.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Counted {
  readonly origin: Side;
  readonly count: number;
}

/** What Rocket.Chat's own federation dashboard showed, and a little more; from the store alone. */
export async function federationStats(
  { store, clock }: Pick<BridgeParts, 'store' | 'clock'>,
  { days }: { readonly days: number },
): Promise<StatsView> {
  const carried = await store.stats.carried();
  const of = (kind: (typeof carried)[number]['kind']): CarriedView =>
    bothWays(carried.filter((row) => row.kind === kind));
  const today = clock.now() - (clock.now() % DAY_MS);
  const messages = await store.stats.messagesByDay(today - (days - 1) * DAY_MS);
  const servers = await store.stats.servers();
  return {
    events: carried.reduce((sum, { count }) => sum + count, 0),
    messages: of('message'),
    edits: of('edit'),
    deletions: of('redaction'),
    reactions: of('reaction'),
    days: [...new Set(messages.map(({ day }) => day))].map((day) => ({
      day: new Date(day).toISOString().slice(0, 10),
      ...bothWays(messages.filter((row) => row.day === day)),
    })),
    rooms: roomsOf((await store.portals.list()).filter(({ state }) => state === 'active')),
    externalUsers: servers.reduce((sum, { people }) => sum + people, 0),
    localUsers: (await store.people.count()).ghosts,
    servers,
  };
}

const bothWays = (rows: readonly Counted[]): CarriedView => {
  const from = (side: Side): number =>
    rows.filter(({ origin }) => origin === side).reduce((sum, { count }) => sum + count, 0);
  return { toMatrix: from('workspace'), toWorkspace: from('homeserver') };
};

function roomsOf(portals: readonly Portal[]): StatsView['rooms'] {
  const of = (type: Portal['roomType']): number => portals.filter(({ roomType }) => roomType === type).length;
  return { channels: of('c'), groups: of('p'), directMessages: of('d') };
}
