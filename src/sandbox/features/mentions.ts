import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';

const link = (to: string, text: string): string => `<a href="https://matrix.to/#/${to}">${text}</a>`;

const personToMatrix = feature({
  feature: 'mention',
  direction: 'to Matrix',
  says: "The name of a person's account is a pill, and they are mentioned (`m.mentions`).",
  limits: 'A name that nobody has is text.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: (scene) => scene.bobSays(`@${scene.puppet} and @nobody.here, look: ${scene.mark}`),
  async shown({ matrix, mark, alice }) {
    const { content } = await matrix.saying(mark);
    expectLike(
      content,
      {
        formatted_body: `${link(alice.userId, 'Alice')} and @nobody.here, look: ${mark}`,
        'm.mentions': { user_ids: [alice.userId], room: undefined },
      },
      'content',
    );
    return `${String(content['formatted_body'])}, and ${alice.userId} is mentioned`;
  },
});

const personToWorkspace = feature({
  feature: 'mention',
  direction: 'to Rocket.Chat',
  says: 'A pill is `@name` of the account, with nothing behind it that would become part of the name.',
  limits: 'Words that look like a mention and are no pill mention nobody.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: ({ aliceSays, ghost, mark }) =>
    aliceSays({
      msgtype: 'm.text',
      body: `bob: look, ${mark}`,
      format: 'org.matrix.custom.html',
      formatted_body: `${link(ghost, 'bob')}: look, ${mark}`,
      'm.mentions': { user_ids: [ghost] },
    }),
  async shown({ workspace, mark }) {
    const message = await workspace.saying(mark);
    expectLike(message.text, `@bob\u200B: look, ${mark}`, 'the text');
    expectLike(message.raw['mentions'], [{ username: 'bob' }], 'who is mentioned');
    return `“${message.text}”, and bob is mentioned`;
  },
});

const everybodyToMatrix = feature({
  feature: 'mention of everybody',
  direction: 'to Matrix',
  says: '`@all` and `@here` are a mention of the room (`m.mentions.room`) if the sender may, and words otherwise.',
  limits: 'The power levels of the Matrix room decide: `notifications.room` is 50 unless they say otherwise.',
  // There everybody may.
  where: ['group'],
  prepare: nothing,
  change: (scene) => scene.bobSays(`@all lunch ${scene.mark}`),
  async shown({ matrix, mark }) {
    const { content } = await matrix.saying(mark);
    expectLike(content, { body: `@room lunch ${mark}`, 'm.mentions': { room: true } }, 'content');
    return `“${String(content['body'])}”, and the room is mentioned`;
  },
});

const everybodyWhoMayNot = feature({
  feature: 'mention of everybody that is not allowed',
  direction: 'to Matrix',
  says: 'The words of somebody who is neither owner nor moderator stay, and nobody is notified.',
  where: ['channel'],
  async prepare(scene) {
    const { account } = scene.newColleague(`fred.${scene.mark}`);
    await account.joinRoom(scene.place.id);
    return account;
  },
  change: (scene, account) => scene.says(account, `@all lunch ${scene.mark}`),
  async shown({ matrix, mark }) {
    const { content } = await matrix.saying(mark);
    expectLike(content, { body: `@all lunch ${mark}`, 'm.mentions': { room: undefined } }, 'content');
    return `“${String(content['body'])}”, and nobody is mentioned`;
  },
});

const everybodyToWorkspace = feature({
  feature: 'mention of everybody',
  direction: 'to Rocket.Chat',
  says: "`m.mentions.room` of somebody who may is `@all`; anybody else's is harmless text.",
  limits: 'A workspace that keeps `@all` from its users gets the words.',
  prepare: nothing,
  change: ({ aliceSays, mark }) =>
    aliceSays({ msgtype: 'm.text', body: `@room lunch ${mark}`, 'm.mentions': { room: true } }),
  async shown({ workspace, mark }) {
    const message = await workspace.saying(mark);
    expectLike(message.text, `@all lunch ${mark}`, 'the text');
    expectLike(message.raw['mentions'], [{ username: 'all' }], 'who is mentioned');
    return `“${message.text}”, and all are mentioned`;
  },
});

const roomToMatrix = feature({
  feature: 'mention of a room',
  direction: 'to Matrix',
  says: '`#room` is a pill of the alias, where the room is linked.',
  limits: 'A room that is not linked is its name.',
  prepare: nothing,
  change: (scene) => scene.bobSays(`see #${scene.place.name} ${scene.mark}`),
  async shown({ matrix, mark, place }) {
    const { content } = await matrix.saying(mark);
    const pill = new RegExp(`^see <a href="https://matrix.to/#/[^"]+">#${place.name}</a> ${mark}$`);
    expectLike(content['formatted_body'], pill, 'the text');
    return String(content['formatted_body']);
  },
});

const roomToWorkspace = feature({
  feature: 'mention of a room',
  direction: 'to Rocket.Chat',
  says: 'A link of a linked room is `#room`.',
  limits: 'A room that is not linked stays a link.',
  prepare: nothing,
  change: ({ aliceSays, place, mark }) =>
    aliceSays({
      msgtype: 'm.text',
      body: `see there ${mark}`,
      format: 'org.matrix.custom.html',
      formatted_body: `see ${link(place.matrixId, 'there')} ${mark}`,
    }),
  async shown({ workspace, mark, place }) {
    const message = await workspace.saying(mark);
    expectLike(message.text, `see #${place.name} ${mark}`, 'the text');
    return `“${message.text}”`;
  },
});

export const mentionRows: readonly Feature[] = [
  personToMatrix,
  personToWorkspace,
  everybodyToMatrix,
  everybodyWhoMayNot,
  everybodyToWorkspace,
  roomToMatrix,
  roomToWorkspace,
];
