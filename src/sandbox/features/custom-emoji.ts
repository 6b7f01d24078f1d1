import { expectLike } from './expect.ts';
import { feature, type Feature } from './feature.ts';
import type { Scene } from './scene.ts';

/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
);

/** The workspace has an emoji of that name. */
async function made({ admin, mark }: Scene): Promise<string> {
  await admin.createCustomEmoji(mark, PNG, 'image/png');
  return `:${mark}:`;
}

async function sameImage({ alice }: Scene, mxc: string): Promise<void> {
  const { bytes } = await alice.media(mxc, 10 * PNG.length);
  expectLike(Buffer.from(bytes).equals(PNG), true, 'that the image is the same');
}

const textToMatrix = feature({
  feature: 'custom emoji',
  direction: 'to Matrix',
  says: "The workspace's own emoji is its image with its short code, uploaded once; a changed one follows.",
  limits: 'One without an image that is a PNG, JPEG, GIF or WebP of at most 1 MiB stays its short code.',
  prepare: made,
  change: (scene, code) => scene.bobSays(`party ${code}`),
  async shown(scene) {
    const { content } = await scene.matrix.saying(`party :${scene.mark}:`);
    const html = String(content['formatted_body']);
    const code = `:${scene.mark}:`;
    const shown = `party <img data-mx-emoticon src="(mxc://[^"]+)" alt="${code}" title="${code}" height="32">`;
    const [, mxc = ''] = new RegExp(`^${shown}$`).exec(html) ?? [];
    expectLike(html, new RegExp(`^${shown}$`), 'the HTML');
    await sameImage(scene, mxc);
    return html;
  },
});

const textToWorkspace = feature({
  feature: 'custom emoji',
  direction: 'to Rocket.Chat',
  says: 'An image emoji is the short code of the workspace’s emoji of that name, or what it says.',
  limits: 'Emoji of Matrix that the workspace does not have are not made there.',
  prepare: made,
  change: (scene, code) =>
    scene.aliceSays({
      msgtype: 'm.text',
      body: `dance ${code} and :elsewhere:`,
      format: 'org.matrix.custom.html',
      formatted_body: `dance <img data-mx-emoticon src="mxc://a.example/1" alt="${code}" height="32"> and <img data-mx-emoticon src="mxc://a.example/2" alt="elsewhere" height="32">`,
    }),
  async shown({ workspace, mark, puppet }) {
    const { author, text } = await workspace.saying(`dance :${mark}:`);
    expectLike([author, text], [puppet, `dance :${mark}: and elsewhere`], 'the message');
    return text;
  },
});

/** Bob has said something that alice sees. */
async function reactedTo(scene: Scene) {
  const code = await made(scene);
  const id = await scene.bobSays(`what about ${scene.mark}`);
  const { id: eventId } = await scene.until(() => scene.matrix.saying(`what about ${scene.mark}`));
  return { code, id, eventId };
}

const reactionToMatrix = feature({
  feature: 'reaction with a custom emoji',
  direction: 'to Matrix',
  says: 'The reaction is its image with its short code (MSC4027).',
  limits: 'Clients that do not show images in reactions show their address.',
  prepare: reactedTo,
  async change({ bob }, { code, id, eventId }) {
    await bob.react(id, code, true);
    return { code, eventId };
  },
  async shown(scene, { code, eventId }) {
    const [, mxc = ''] = /^\S+ (mxc:\S+)$/.exec((await scene.matrix.reactions(eventId)).join()) ?? [];
    const reaction = (await scene.matrix.events()).find(
      ({ content }) => (content['m.relates_to'] as { key?: unknown } | undefined)?.key === mxc,
    );
    expectLike([reaction?.sender, reaction?.content['shortcode']], [scene.ghost, code], 'the reaction');
    await sameImage(scene, mxc);
    return `${scene.ghost} reacts with ${mxc}, ${code}`;
  },
});

const reactionToWorkspace = feature({
  feature: 'reaction with a custom emoji',
  direction: 'to Rocket.Chat',
  says: 'An image is the emoji whose image it is, else the one of its short code.',
  limits: 'One that the workspace does not have can not be shown; the room is told once.',
  prepare: reactedTo,
  async change({ aliceSays }, { code, id, eventId }) {
    const relation = { rel_type: 'm.annotation', event_id: eventId, key: 'mxc://a.example/3' };
    await aliceSays({ 'm.relates_to': relation, shortcode: code }, 'm.reaction');
    return { code, id };
  },
  async shown({ workspace, puppet }, { code, id }) {
    expectLike(await workspace.reactions(id), [`${puppet} ${code}`], 'the reactions');
    return `${puppet} reacts with ${code}`;
  },
});

export const customEmojiRows: readonly Feature[] = [
  textToMatrix,
  textToWorkspace,
  reactionToMatrix,
  reactionToWorkspace,
];
