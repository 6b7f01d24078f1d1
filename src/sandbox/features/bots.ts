import type { MessageId } from '../../lib/core/ids.ts';
import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import type { Scene } from './scene.ts';

const PROFILE = 'com.beeper.per_message_profile';

const cardsToMatrix = feature({
  feature: 'attachment of a bot, webhook or app',
  direction: 'to Matrix',
  says: 'Its texts, fields and links are a quote below the text, and change with it.',
  limits: 'Pictures of other servers are links, and so are buttons that lead somewhere; others are their labels.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: (scene) =>
    scene.bobSays(`Build ${scene.mark}`, {
      attachments: [
        {
          title: 'main is red',
          title_link: 'https://ci.example.org/7',
          text: '*two* tests fail',
          fields: [{ title: 'Branch', value: 'main', short: true }],
          image_url: 'https://ci.example.org/7.png',
        },
      ],
    }),
  async shown({ matrix, mark, ghost }) {
    const { content, sender } = await matrix.saying(mark);
    const html = `Build ${mark}<blockquote><strong><a href="https://ci.example.org/7">main is red</a></strong><br><strong>two</strong> tests fail<ul><li><strong>Branch:</strong> main</li></ul><a href="https://ci.example.org/7.png">picture</a></blockquote>`;
    expectLike({ content, sender }, { content: { formatted_body: html }, sender: ghost }, 'the message');
    return String(content['body']).replaceAll('\n', ' / ');
  },
});

/** In the channels a bot enters by itself. */
async function hooksSay({ hooks, place }: Scene, id: MessageId, text: string, alias: string): Promise<void> {
  await hooks.joinRoom(place.id);
  await hooks.sendMessage({ id, roomId: place.id, text, alias });
}

const aliasToMatrix = feature({
  feature: 'name of a bot for one message',
  direction: 'to Matrix',
  says: "The `alias` is the message's own profile (MSC4144), and stands before the text for clients that know none.",
  limits: 'A picture or emoji of its own is not shown: Matrix shows the name without any.',
  prepare: nothing,
  change: (scene) => hooksSay(scene, scene.mark.padEnd(17, 'x') as MessageId, `it is up ${scene.mark}`, 'Deploys'),
  async shown({ matrix, mark }) {
    const { content, sender } = await matrix.saying(mark);
    const profile = { displayname: 'Deploys', has_fallback: true };
    expectLike(content, { body: `Deploys: it is up ${mark}`, [PROFILE]: profile }, 'content');
    expectLike(sender, /^@rc_hooks:/, 'the sender');
    return `“${String(content['body'])}”, of ${sender} as Deploys`;
  },
});

const profileToWorkspace = feature({
  feature: 'name of a bot for one message',
  direction: 'to Rocket.Chat',
  says: 'The name of a message (MSC4144), as bots of other bridges write under, stands bold before its text.',
  limits: '',
  prepare: nothing,
  change: ({ aliceSays, mark }) =>
    aliceSays({
      msgtype: 'm.text',
      body: `Carol: hello ${mark}`,
      format: 'org.matrix.custom.html',
      formatted_body: `<strong data-mx-profile-fallback>Carol: </strong>hello ${mark}`,
      [PROFILE]: { id: 'carol', displayname: 'Carol', has_fallback: true },
    }),
  async shown({ workspace, mark, puppet }) {
    const message = await workspace.saying(mark);
    expectLike(message, { text: `*Carol:* hello ${mark}`, author: puppet }, 'the message');
    return `“${message.text}”`;
  },
});

const discussionToMatrix = feature({
  feature: 'discussion',
  direction: 'to Matrix',
  says: 'A notice of whoever started it, with its name and a link into Rocket.Chat.',
  limits: 'What is said in it crosses where the discussion itself is linked.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: ({ bobAsks, place, mark }) =>
    bobAsks('rooms.createDiscussion', { prid: place.id, t_name: `about ${mark}`, reply: 'so?' }),
  async shown({ matrix, mark, ghost }) {
    const { content, sender, edits } = await matrix.saying(mark);
    const body = new RegExp(`^started a discussion: about ${mark} \\(https?://`);
    expectLike({ content, sender, edits }, { content: { msgtype: 'm.notice', body }, sender: ghost, edits: [] }, 'it');
    return String(content['body']);
  },
});

const callToMatrix = feature({
  feature: 'call',
  direction: 'to Matrix',
  says: 'A notice of whoever started it, with a link to the room in Rocket.Chat.',
  limits: 'Nobody on Matrix can join it without an account there.',
  where: ['channel', 'group'],
  prepare: nothing,
  change: ({ bobAsks, place }) => bobAsks('video-conference.start', { roomId: place.id }),
  async shown({ matrix, place, ghost }) {
    const begun = ({ content }: { content: Readonly<Record<string, unknown>> }): boolean =>
      String(content['body']).startsWith('started a call ');
    const { content, sender, edits } = await matrix.message('the call', begun);
    const body = new RegExp(`^started a call \\(https?://.*/${place.name}\\)$`);
    expectLike({ content, sender, edits }, { content: { msgtype: 'm.notice', body }, sender: ghost, edits: [] }, 'it');
    return String(content['body']);
  },
});

const locationToMatrix = feature({
  feature: 'location',
  direction: 'to Matrix',
  says: 'A place on the map (`m.location`), with a link to one for clients that show none.',
  limits: '',
  where: ['channel', 'group'],
  prepare: nothing,
  change: (scene) => scene.bobSays(`here ${scene.mark}`, { location: { latitude: 48.2082, longitude: 16.3738 } }),
  async shown({ matrix, mark, ghost }) {
    const { content, sender } = await matrix.saying(mark);
    const place = { msgtype: 'm.location', geo_uri: 'geo:48.2082,16.3738' };
    expectLike({ content, sender }, { content: place, sender: ghost }, 'the message');
    return `${String(content['geo_uri'])}: “${String(content['body'])}”`;
  },
});

export const botRows: readonly Feature[] = [
  locationToMatrix,
  cardsToMatrix,
  aliasToMatrix,
  profileToWorkspace,
  discussionToMatrix,
  callToMatrix,
];
