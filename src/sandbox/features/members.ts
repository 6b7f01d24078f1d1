import type { MatrixUserId, WorkspaceUserId } from '../../lib/core/ids.ts';
import type { MatrixApi } from '../../lib/matrix/types.ts';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import type { Scene } from './scene.ts';

interface Colleague {
  readonly account: WorkspaceApi;
  readonly id: WorkspaceUserId;
  readonly username: string;
  readonly ghost: MatrixUserId;
}

interface Guest {
  readonly guest: MatrixApi;
  readonly puppet: string;
}

const room = ({ place }: Scene) => ({ id: place.id, type: place.type });

/** Somebody of the row's own in Rocket.Chat, in no room yet. */
function newColleague(scene: Scene): Colleague {
  const username = `carol.${scene.mark}`;
  const { account, id } = scene.newColleague(username);
  return { account, id, username, ghost: scene.ghost.replace('bob', username) as MatrixUserId };
}

/** The same, brought into the room and seen there. */
async function colleagueInRoom(scene: Scene): Promise<Colleague> {
  const colleague = newColleague(scene);
  await scene.bob.addToRoom(room(scene), colleague.id);
  await scene.until(() => standsOnMatrix(scene, colleague.ghost, 'join'));
  return colleague;
}

/** Somebody of the row's own on Matrix who has spoken. */
async function guestInRoom(scene: Scene): Promise<Guest> {
  const { alice, place, mark } = scene;
  const guest = await scene.newGuest(`dan.${mark}`);
  await alice.invite(place.matrixId, guest.userId);
  await guest.join(place.matrixId);
  const text = `here is ${mark}`;
  await guest.sendEvent(place.matrixId, 'm.room.message', scene.transactionId(), { msgtype: 'm.text', body: text });
  const { author } = await scene.until(() => scene.workspace.saying(text));
  return { guest, puppet: author };
}

async function standsOnMatrix({ alice, place }: Scene, id: MatrixUserId, membership: string): Promise<string> {
  const member = await alice.state(place.matrixId, 'm.room.member', id);
  expectLike(member, { membership }, id);
  const { reason } = member ?? {};
  return typeof reason === 'string' ? `${membership}: ${reason}` : membership;
}

async function isInWorkspace(scene: Scene, username: string, expected: boolean): Promise<string> {
  const members = (await scene.bob.members(room(scene))).map((member) => member.username);
  expectLike(members.includes(username), expected, `whether ${username} is in the room`);
  return expected ? 'a member' : 'no member any more';
}

const joinToMatrix = feature({
  feature: 'join',
  direction: 'to Matrix',
  says: 'Whoever joins, or is added, in Rocket.Chat joins on Matrix.',
  limits: 'In rooms with very many people (max-members, 200) only once they speak.',
  where: ['channel', 'group'],
  prepare: async (scene) => newColleague(scene),
  async change(scene, { id, ghost }) {
    await scene.bob.addToRoom(room(scene), id);
    return ghost;
  },
  shown: (scene, ghost) => standsOnMatrix(scene, ghost, 'join'),
});

const leaveToMatrix = feature({
  feature: 'leave',
  direction: 'to Matrix',
  says: 'Whoever leaves in Rocket.Chat leaves on Matrix, after what they wrote.',
  where: ['channel', 'group'],
  prepare: colleagueInRoom,
  async change(scene, { account, ghost }) {
    await account.leaveRoom(room(scene));
    return ghost;
  },
  shown: (scene, ghost) => standsOnMatrix(scene, ghost, 'leave'),
});

const removalToMatrix = feature({
  feature: 'remove somebody',
  direction: 'to Matrix',
  says: 'Whoever is removed or banned in Rocket.Chat is kicked or banned on Matrix, with the name of who did it.',
  limits: 'The bridge needs the power for it (50); where it lacks it the person is put back, which is said once.',
  where: ['channel', 'group'],
  prepare: guestInRoom,
  async change(scene, { guest, puppet }) {
    const account = await scene.admin.userByName(puppet);
    if (account !== undefined) await scene.bob.removeFromRoom(room(scene), account.id);
    return guest.userId;
  },
  shown: (scene, id) => standsOnMatrix(scene, id, 'leave'),
});

const joinToWorkspace = feature({
  feature: 'join',
  direction: 'to Rocket.Chat',
  says: 'Whoever joins on Matrix and is known in Rocket.Chat is added there.',
  limits: 'Others get an account once they speak: however many join, none is made for it.',
  where: ['channel', 'group'],
  async prepare(scene) {
    const { guest, puppet } = await guestInRoom(scene);
    await guest.leave(scene.place.matrixId);
    await scene.until(() => isInWorkspace(scene, puppet, false));
    return { guest, puppet };
  },
  async change(scene, { guest, puppet }) {
    await scene.alice.invite(scene.place.matrixId, guest.userId);
    await guest.join(scene.place.matrixId);
    return puppet;
  },
  shown: (scene, puppet) => isInWorkspace(scene, puppet, true),
});

const leaveToWorkspace = feature({
  feature: 'leave',
  direction: 'to Rocket.Chat',
  says: 'Whoever leaves on Matrix leaves in Rocket.Chat, after what they wrote.',
  where: ['channel', 'group'],
  prepare: guestInRoom,
  async change(scene, { guest, puppet }) {
    await guest.leave(scene.place.matrixId);
    return puppet;
  },
  shown: (scene, puppet) => isInWorkspace(scene, puppet, false),
});

const removalToWorkspace = feature({
  feature: 'remove somebody',
  direction: 'to Rocket.Chat',
  says: 'Whoever is kicked or banned on Matrix is removed or banned in Rocket.Chat, which is said there.',
  limits: 'Before 8.0 Rocket.Chat has no bans. A room’s last owner stays: they are put back on Matrix.',
  where: ['channel', 'group'],
  prepare: colleagueInRoom,
  async change(scene, { ghost, username }) {
    await scene.alice.kick(scene.place.matrixId, ghost, 'spam');
    return username;
  },
  shown: (scene, username) => isInWorkspace(scene, username, false),
});

export const memberRows: readonly Feature[] = [
  joinToMatrix,
  joinToWorkspace,
  leaveToMatrix,
  leaveToWorkspace,
  removalToMatrix,
  removalToWorkspace,
];
