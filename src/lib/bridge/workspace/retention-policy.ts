import type { RoomRetention } from '../../rocketchat/types.ts';
import type { Portal } from '../../store/portal-types.ts';
import type { BridgeParts } from '../parts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** So many days nobody sets: a number above is milliseconds, as some versions have under the same name. */
const MOST_DAYS = 100_000;

const SETTINGS = {
  c: ['RetentionPolicy_AppliesToChannels', 'RetentionPolicy_TTL_Channels', 'RetentionPolicy_MaxAge_Channels'],
  p: ['RetentionPolicy_AppliesToGroups', 'RetentionPolicy_TTL_Groups', 'RetentionPolicy_MaxAge_Groups'],
  d: ['RetentionPolicy_AppliesToDMs', 'RetentionPolicy_TTL_DMs', 'RetentionPolicy_MaxAge_DMs'],
} as const;

/**
 * The age (ms) from which on the workspace's retention policy removes messages of a room by itself; undefined:
 * never. A room may have rules of its own. Source: app/retention-policy/server/cronPruneMessages.ts.
 */
export async function retentionAge(
  { workspace }: Pick<BridgeParts, 'workspace'>,
  portal: Portal,
): Promise<number | undefined> {
  const [applies, ttl, days] = SETTINGS[portal.roomType];
  const settings = await workspace.publicSettings([
    'RetentionPolicy_Enabled',
    'RetentionPolicy_FilesOnly',
    applies,
    ttl,
    days,
  ]);
  if (settings.get('RetentionPolicy_Enabled') !== true) return undefined;
  const own = (await workspace.roomById(portal.workspaceRoomId))?.retention;
  if (own?.overridesGlobal === true) return ageOf(own);
  const isOn = settings.get(applies) === true && settings.get('RetentionPolicy_FilesOnly') !== true;
  return isOn && own?.enabled !== false ? (msIn(settings.get(ttl)) ?? msIn(settings.get(days))) : undefined;
}

const ageOf = ({ enabled, maxAgeDays, filesOnly }: RoomRetention): number | undefined =>
  enabled === true && !filesOnly && maxAgeDays !== undefined && maxAgeDays >= 0 ? maxAgeDays * DAY_MS : undefined;

/** Days until 6.x, and since then milliseconds. */
function msIn(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 0)) return undefined;
  return value > MOST_DAYS ? value : value * DAY_MS;
}
