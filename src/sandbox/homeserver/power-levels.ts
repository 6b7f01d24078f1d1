import { objectOr } from './json.ts';
import { stateContent, stateEvent } from './room-state.ts';
import type { Room } from './state.ts';

const asLevel = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);

/** From room version 12 on the creators stand above every level. */
export const creatorsAreAbove = (room: Room): boolean => room.version >= 12;

export function powerOf(room: Room, userId: string): number {
  if (creatorsAreAbove(room) && room.creators.includes(userId)) return Number.POSITIVE_INFINITY;
  if (stateEvent(room, 'm.room.power_levels') === undefined) return room.creators.includes(userId) ? 100 : 0;
  const levels = stateContent(room, 'm.room.power_levels');
  return asLevel(objectOr(levels['users'])[userId], asLevel(levels['users_default'], 0));
}

export function powerFor(room: Room, act: 'ban' | 'kick' | 'redact' | 'invite'): number {
  return asLevel(stateContent(room, 'm.room.power_levels')[act], act === 'invite' ? 0 : 50);
}

export function powerToSend(room: Room, type: string, isState: boolean): number {
  const levels = stateContent(room, 'm.room.power_levels');
  const none = stateEvent(room, 'm.room.power_levels') === undefined;
  const fallback = isState ? asLevel(levels['state_default'], none ? 0 : 50) : asLevel(levels['events_default'], 0);
  return asLevel(objectOr(levels['events'])[type], fallback);
}

/** Every level a power_levels event sets, with its place, for comparing two of them. */
export function allLevels(content: Record<string, unknown>): Map<string, number> {
  const levels = new Map<string, number>();
  for (const [key, value] of Object.entries(content)) {
    if (typeof value === 'number') levels.set(key, value);
    if (key !== 'users' && key !== 'events' && key !== 'notifications') continue;
    for (const [name, level] of Object.entries(objectOr(value))) {
      if (typeof level === 'number') levels.set(`${key}\0${name}`, level);
    }
  }
  return levels;
}
