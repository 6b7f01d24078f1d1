import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import { shownContent } from './matrix-reader.ts';

const toMatrix = feature({
  feature: 'text',
  direction: 'to Matrix',
  says: "Rocket.Chat's markdown becomes a plain body and Matrix HTML, from its author's ghost.",
  limits: 'Formulas keep their source, which not every client draws.',
  where: ['channel', 'group', 'direct'],
  prepare: nothing,
  change: (scene) =>
    scene.bobSays(
      `*bold* and _slanted_, ~gone~, \`code\` ${scene.mark} :tada: [a place](https://example.org/)\n- one\n- two`,
    ),
  async shown({ matrix, mark, ghost }) {
    const event = await matrix.saying(mark);
    expectLike(event.sender, ghost, 'the sender');
    expectLike(
      event.content,
      {
        msgtype: 'm.text',
        body: `*bold* and _slanted_, ~gone~, \`code\` ${mark} 🎉 [a place](https://example.org/)\n- one\n- two`,
        format: 'org.matrix.custom.html',
        formatted_body: `<strong>bold</strong> and <em>slanted</em>, <del>gone</del>, <code>code</code> ${mark} 🎉 <a href="https://example.org/">a place</a><ul><li>one</li><li>two</li></ul>`,
      },
      'content',
    );
    return `${String(shownContent(event)['formatted_body'])}, from ${event.sender}`;
  },
});

const toWorkspace = feature({
  feature: 'text',
  direction: 'to Rocket.Chat',
  says: "Matrix HTML becomes Rocket.Chat's markdown, from its author's account.",
  limits: 'HTML that Matrix does not list is left out, scripts with their words.',
  where: ['channel', 'group', 'direct'],
  prepare: nothing,
  change: (scene) =>
    scene.aliceSays({
      msgtype: 'm.text',
      body: `bold and code ${scene.mark}`,
      format: 'org.matrix.custom.html',
      formatted_body: `<strong>bold</strong> and <em>slanted</em>, <del>gone</del>, <code>code</code> ${scene.mark} <a href="https://example.org/">a place</a><ul><li>one</li><li>two</li></ul><script>alert(1)</script>`,
    }),
  async shown({ workspace, mark, puppet }) {
    const { author, text } = await workspace.saying(mark);
    expectLike(author, puppet, 'the author');
    expectLike(
      text,
      `*bold* and _slanted_, ~gone~, \`code\` ${mark} [a place](https://example.org/)\n- one\n- two`,
      'the text',
    );
    return `${text}, from ${author}`;
  },
});

export const textRows: readonly Feature[] = [toMatrix, toWorkspace];
