import type { RoomDocument, SubscriptionDocument } from './documents.ts';

export interface RoomBook {
  add(room: RoomDocument): void;
  byId(id: string | undefined): RoomDocument | undefined;
  byName(name: string): RoomDocument | undefined;
  rename(room: RoomDocument, name: string): void;
  /** Removes the room; its subscriptions are to be removed before. */
  remove(room: RoomDocument, at: Date): void;
  all(): RoomDocument[];
  /** Rooms removed after a time (ms). */
  removedAfter(since: number): { _id: string; _deletedAt: Date }[];
  subscribe(subscription: SubscriptionDocument): void;
  unsubscribe(subscription: SubscriptionDocument, at: Date): void;
  subscription(rid: string, userId: string): SubscriptionDocument | undefined;
  /** In the order of joining. */
  members(rid: string): SubscriptionDocument[];
  subscriptionsOf(userId: string): SubscriptionDocument[];
  unsubscribedAfter(userId: string, since: number): { _id: string; _deletedAt: Date }[];
  isBanned(rid: string, userId: string): boolean;
  setBanned(rid: string, userId: string, banned: boolean): void;
  /** User ids, in the order of their bans. */
  banned(rid: string): string[];
}

export function createRoomBook(): RoomBook {
  const rooms = new Map<string, RoomDocument>();
  const names = new Map<string, RoomDocument>();
  const removed: { _id: string; _deletedAt: Date }[] = [];
  const byRoom = new Map<string, Map<string, SubscriptionDocument>>();
  const byUser = new Map<string, Map<string, SubscriptionDocument>>();
  const bans = new Map<string, Set<string>>();
  const unsubscribed = new Map<string, { _id: string; _deletedAt: Date }[]>();

  return {
    add(room) {
      rooms.set(room._id, room);
      if (room.name !== undefined) names.set(room.name, room);
    },
    byId: (id) => (id === undefined ? undefined : rooms.get(id)),
    byName: (name) => names.get(name),
    rename(room, name) {
      if (room.name !== undefined) names.delete(room.name);
      room.name = name;
      names.set(name, room);
    },
    remove(room, at) {
      rooms.delete(room._id);
      if (room.name !== undefined) names.delete(room.name);
      removed.push({ _id: room._id, _deletedAt: at });
    },
    all: () => [...rooms.values()],
    removedAfter: (since) => removed.filter((gone) => gone._deletedAt.getTime() > since),
    subscribe(subscription) {
      entry(byRoom, subscription.rid, () => new Map()).set(subscription.u._id, subscription);
      entry(byUser, subscription.u._id, () => new Map()).set(subscription.rid, subscription);
    },
    unsubscribe(subscription, at) {
      byRoom.get(subscription.rid)?.delete(subscription.u._id);
      byUser.get(subscription.u._id)?.delete(subscription.rid);
      entry(unsubscribed, subscription.u._id, () => []).push({ _id: subscription._id, _deletedAt: at });
    },
    subscription: (rid, userId) => byRoom.get(rid)?.get(userId),
    members: (rid) => [...(byRoom.get(rid)?.values() ?? [])],
    subscriptionsOf: (userId) => [...(byUser.get(userId)?.values() ?? [])],
    unsubscribedAfter: (userId, since) =>
      (unsubscribed.get(userId) ?? []).filter((gone) => gone._deletedAt.getTime() > since),
    isBanned: (rid, userId) => bans.get(rid)?.has(userId) === true,
    setBanned(rid, userId, banned) {
      const ofRoom = entry(bans, rid, () => new Set<string>());
      if (banned) ofRoom.add(userId);
      else ofRoom.delete(userId);
    },
    banned: (rid) => [...(bans.get(rid) ?? [])],
  };
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
