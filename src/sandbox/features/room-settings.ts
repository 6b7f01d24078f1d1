import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import { newPicture, sameBytes } from './pictures.ts';

/*
 * The rows to Matrix play in channels and the others in groups: a room has one topic and one picture, and the change of
 * one row would be overruled by that of the other.
 */

const topicToMatrix = feature({
  feature: 'room topic',
  direction: 'to Matrix',
  says: 'Topic and name of a room follow, also when system messages are hidden.',
  limits: 'The bridge needs the power to change them (50); otherwise the change is taken back and said so.',
  prepare: nothing,
  async change({ bob, place, mark }) {
    const topic = `about ${mark}`;
    await bob.saveRoomSettings(place.id, { topic });
    return topic;
  },
  async shown({ alice, place }, topic) {
    expectLike((await alice.state(place.matrixId, 'm.room.topic', ''))?.['topic'], topic, 'the topic');
    return topic;
  },
});

const topicToWorkspace = feature({
  feature: 'room topic',
  direction: 'to Rocket.Chat',
  says: 'Topic and name of a room follow; where both sides changed one, that of Rocket.Chat counts.',
  limits: 'A name that Rocket.Chat does not take is spelled otherwise there and stays on Matrix.',
  where: ['group'],
  prepare: nothing,
  async change({ alice, place, mark }) {
    const topic = `about ${mark}`;
    await alice.sendState(place.matrixId, 'm.room.topic', '', { topic });
    return topic;
  },
  async shown({ bob, place }, topic) {
    expectLike((await bob.roomDetails(place.id))?.topic, topic, 'the topic');
    return topic;
  },
});

const pictureToMatrix = feature({
  feature: 'room picture',
  direction: 'to Matrix',
  says: 'A new picture of a room follows, and goes with the one that is taken away.',
  limits: 'PNG, JPEG, GIF and WebP up to 4 MiB.',
  prepare: nothing,
  async change({ bob, place }) {
    const picture = newPicture();
    await bob.setRoomAvatar(place.id, { bytes: picture, contentType: 'image/png' });
    return picture;
  },
  async shown({ alice, place }, picture) {
    const mxc = (await alice.state(place.matrixId, 'm.room.avatar', ''))?.['url'];
    return sameBytes(typeof mxc === 'string' ? (await alice.media(mxc, 1024)).bytes : undefined, picture);
  },
});

const pictureToWorkspace = feature({
  feature: 'room picture',
  direction: 'to Rocket.Chat',
  says: 'A new picture of a room follows, and goes with the one that is taken away.',
  limits: 'PNG, JPEG, GIF and WebP up to 4 MiB; anything else leaves the one that is there.',
  where: ['group'],
  prepare: nothing,
  async change({ alice, place }) {
    const picture = newPicture();
    const mxc = await alice.createMedia();
    await alice.putMedia(mxc, picture, 'image/png');
    await alice.sendState(place.matrixId, 'm.room.avatar', '', { url: mxc });
    return picture;
  },
  shown: async ({ bob, place }, picture) => sameBytes((await bob.roomAvatar(place.id, 1024))?.bytes, picture),
});

export const roomSettingRows: readonly Feature[] = [
  topicToMatrix,
  topicToWorkspace,
  pictureToMatrix,
  pictureToWorkspace,
];
