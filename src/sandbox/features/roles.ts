import { feature, type Feature } from './feature.ts';
import { guest } from './profiles.ts';
import type { Scene } from './scene.ts';

/*
 * As with pins, the row to Matrix plays in channels and the other in groups: a Matrix client writes all levels of a
 * room at once.
 */

const MODERATOR = 50;

const levelsIn = async ({ alice, place }: Scene): Promise<Readonly<Record<string, unknown>>> =>
  (await alice.state(place.matrixId, 'm.room.power_levels', '')) ?? {};

const usersOf = (levels: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...(levels['users'] as Record<string, unknown> | undefined),
});

const toMatrix = feature({
  feature: 'role',
  direction: 'to Matrix',
  says: 'An owner in Rocket.Chat has power level 100 on Matrix, a moderator 50; who is muted may not write there either.',
  limits:
    'The bridge needs power level 100; what it may not change is put back and said. Matrix has nothing like a leader.',
  where: ['channel'],
  prepare: guest,
  async change(scene, { guest: person, puppet }) {
    const account = await scene.bob.userByName(puppet);
    if (account === undefined) throw new Error(`${puppet} is not there`);
    await scene.bob.setRoomRole(scene.place, account.id, 'moderator', true);
    return person.userId;
  },
  async shown(scene, userId) {
    const level = usersOf(await levelsIn(scene))[userId];
    if (level !== MODERATOR) throw new Error(`the moderator has level ${String(level)}`);
    return `${userId} has power level ${MODERATOR}`;
  },
});

const toWorkspace = feature({
  feature: 'role',
  direction: 'to Rocket.Chat',
  says: 'Whoever has power level 100 on Matrix is an owner in Rocket.Chat, from 50 a moderator; below what writing needs, muted.',
  limits: 'Of people who have spoken. The last owner stays one, on both sides.',
  where: ['group'],
  prepare: guest,
  async change(scene, { guest: person, puppet }) {
    const levels = await levelsIn(scene);
    const users = { ...usersOf(levels), [person.userId]: MODERATOR };
    await scene.alice.sendState(scene.place.matrixId, 'm.room.power_levels', '', { ...levels, users });
    return puppet;
  },
  async shown({ bob, place }, puppet) {
    const account = await bob.userByName(puppet);
    const roles = account === undefined ? [] : ((await bob.roomRoles(place)).get(account.id) ?? []);
    if (!roles.includes('moderator')) throw new Error(`${puppet} is ${roles.join() || 'nothing'}`);
    return `${puppet} is a moderator`;
  },
});

export const roleRows: readonly Feature[] = [toMatrix, toWorkspace];
