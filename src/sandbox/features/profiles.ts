import type { MatrixUserId, WorkspaceUserId } from '../../lib/core/ids.ts';
import type { MatrixApi } from '../../lib/matrix/types.ts';
import type { WorkspaceApi } from '../../lib/rocketchat/types.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import { newPicture, sameBytes } from './pictures.ts';
import type { Scene } from './scene.ts';

interface Colleague {
  readonly account: WorkspaceApi;
  readonly id: WorkspaceUserId;
  readonly ghost: MatrixUserId;
}

/** Somebody of the row's own has spoken in Rocket.Chat: others look at how bob is called. */
async function colleague(scene: Scene): Promise<Colleague> {
  const { account, id } = scene.newColleague(`carla.${scene.mark}`);
  await account.joinRoom(scene.place.id);
  const text = `I am ${scene.mark}`;
  await scene.says(account, text);
  const { sender } = await scene.until(() => scene.matrix.saying(text));
  return { account, id, ghost: sender };
}

interface Guest {
  readonly guest: MatrixApi;
  readonly puppet: string;
}

/** Somebody of the row's own has spoken on Matrix. */
export async function guest(scene: Scene): Promise<Guest> {
  const { alice, place, mark } = scene;
  const person = await scene.newGuest(`dora.${mark}`);
  await alice.invite(place.matrixId, person.userId);
  await person.join(place.matrixId);
  const text = `I am ${mark}`;
  await person.sendEvent(place.matrixId, 'm.room.message', scene.transactionId(), { msgtype: 'm.text', body: text });
  const { author } = await scene.until(() => scene.workspace.saying(text));
  return { guest: person, puppet: author };
}

const nameToMatrix = feature({
  feature: 'name',
  direction: 'to Matrix',
  says: 'A new real name or username is the name of the same person on Matrix.',
  limits: 'Their Matrix id stays. What can’t be seen or turns text around is left out.',
  prepare: colleague,
  async change(scene, { account, id, ghost }) {
    const name = `Carla ${scene.mark}`;
    await scene.admin.setName(id, name);
    await scene.says(account, `I am called ${name}`);
    return { ghost, name };
  },
  async shown({ alice }, { ghost, name }) {
    expectLike((await alice.profile(ghost))?.displayName, name, 'the name');
    return name;
  },
});

const nameToWorkspace = feature({
  feature: 'name',
  direction: 'to Rocket.Chat',
  says: 'A new name follows with the server behind it, where nobody can write one of their own.',
  limits: 'A name for one room alone is not followed. Who looks like a colleague bears their whole Matrix id.',
  prepare: guest,
  async change({ mark }, { guest: person, puppet }) {
    await person.setDisplayName(`Dora ${mark} (corp.example)`);
    return { puppet, name: `Dora ${mark} [corp.example] (${person.serverName})` };
  },
  async shown({ admin }, { puppet, name }) {
    expectLike((await admin.userByName(puppet))?.name, name, 'the name');
    return name;
  },
});

const pictureToMatrix = feature({
  feature: 'picture',
  direction: 'to Matrix',
  says: 'A new picture of a person follows, and goes with the one that is taken away.',
  limits: 'PNG, JPEG, GIF and WebP up to 4 MiB. Drawn initials are no picture.',
  prepare: colleague,
  async change({ admin }, { id, ghost }) {
    const picture = newPicture();
    await admin.setAvatar(id, picture, 'image/png');
    return { ghost, picture };
  },
  async shown({ alice }, { ghost, picture }) {
    const mxc = (await alice.profile(ghost))?.avatarUrl;
    return sameBytes(mxc === undefined ? undefined : (await alice.media(mxc, 1024)).bytes, picture);
  },
});

const pictureToWorkspace = feature({
  feature: 'picture',
  direction: 'to Rocket.Chat',
  says: 'A new picture of a person follows, and goes with the one that is taken away.',
  limits: 'PNG, JPEG, GIF and WebP up to 4 MiB; anything else counts as none.',
  prepare: guest,
  async change(_scene, { guest: person, puppet }) {
    const picture = newPicture();
    const mxc = await person.createMedia();
    await person.putMedia(mxc, picture, 'image/png');
    await person.setAvatarUrl(mxc);
    return { puppet, picture };
  },
  shown: async ({ admin }, { puppet, picture }) => sameBytes((await admin.avatar(puppet, 1024))?.bytes, picture),
});

const deletedOnMatrix = feature({
  feature: 'account deleted',
  direction: 'to Matrix',
  says: 'Who is deleted or deactivated in Rocket.Chat leaves the rooms on Matrix, without name and picture.',
  limits: 'What they wrote is redacted where the workspace erases the messages of deleted people, and else stays.',
  async prepare(scene: Scene) {
    const { id, ghost } = await colleague(scene);
    const { id: eventId } = await scene.until(() => scene.matrix.saying(`I am ${scene.mark}`));
    return { id, ghost, eventId };
  },
  async change({ admin }, { id, ...seen }) {
    await admin.deleteUser(id);
    return seen;
  },
  async shown({ alice, matrix, place }, { ghost, eventId }) {
    await matrix.gone(eventId);
    expectLike((await alice.joinedMembers(place.matrixId)).includes(ghost), false, 'still in the room');
    expectLike((await alice.profile(ghost))?.displayName, 'Deactivated user', 'the name');
    return 'they have left, and their message is redacted';
  },
});

export const profileRows: readonly Feature[] = [
  nameToMatrix,
  nameToWorkspace,
  pictureToMatrix,
  pictureToWorkspace,
  deletedOnMatrix,
];
