import fc from '../../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { readCards } from '../../../../src/lib/bridge/cards/read-cards.ts';
import { withCards } from '../../../../src/lib/bridge/cards/to-matrix.ts';
import { adversarialText } from '../../format/adversarial-text.ts';
import { outsideAllowList } from '../../format/allowed-html.ts';

const SITE = 'https://chat.example.org';

async function shown(raw: Record<string, unknown>, text = '', hasFiles = false) {
  const { body, formatted_body: html } = await withCards({ body: text }, readCards(raw, hasFiles), SITE);
  return { body, html };
}

describe('an attachment of a bot', () => {
  it('is a quote below the text, with what its author wrote in the order in which Rocket.Chat shows it', async () => {
    const attachment = {
      pretext: 'A *new* pull request',
      color: '#36a64f',
      author_name: 'octocat',
      author_link: 'https://git.example.org/octocat',
      author_icon: 'https://git.example.org/octocat.png',
      title: 'Fix <the> thing',
      title_link: 'https://git.example.org/pull/1',
      text: 'It was *broken*:\n- here\n- there',
      fields: [
        { title: 'State', value: 'open', short: true },
        { title: 'Checks', value: '_3_ of 4' },
      ],
      image_url: 'https://git.example.org/graph.png',
      actions: [
        { type: 'button', text: 'Review', url: 'https://git.example.org/pull/1/files' },
        { type: 'button', text: 'Approve', msg: 'approve', msg_in_chat_window: true },
      ],
      footer: 'Example Git',
      ts: 1_700_000_000,
    };
    const { body, html } = await shown({ attachments: [attachment] }, 'Look:');
    expect(html).toBe(
      'Look:<br>A <strong>new</strong> pull request<blockquote>' +
        '<a href="https://git.example.org/octocat">octocat</a><br>' +
        '<strong><a href="https://git.example.org/pull/1">Fix &lt;the&gt; thing</a></strong><br>' +
        'It was <strong>broken</strong>:<ul><li>here</li><li>there</li></ul>' +
        '<ul><li><strong>State:</strong> open</li><li><strong>Checks:</strong> <em>3</em> of 4</li></ul>' +
        '<a href="https://git.example.org/graph.png">picture</a><br>' +
        '<a href="https://git.example.org/pull/1/files">Review</a> · [Approve]<br>' +
        'Example Git · 2023-11-14 22:13 UTC</blockquote>',
    );
    expect(body.split('\n').slice(0, 5)).toEqual([
      'Look:',
      'A *new* pull request',
      '> [octocat](https://git.example.org/octocat)',
      '> *[Fix <the> thing](https://git.example.org/pull/1)*',
      '> It was *broken*:',
    ]);
    expect(body).toContain('> - Checks: _3_ of 4');
  });

  it('may be nothing but a title, a number or a picture, and shows those within it', async () => {
    expect((await shown({ attachments: [{ title: 'only this' }] })).html).toBe(
      '<blockquote><strong>only this</strong></blockquote>',
    );
    expect((await shown({ attachments: [{ fields: [{ title: 'load', value: 0.5 }] }] })).body).toBe('> - load: 0.5');
    const nested = { author_name: 'bob', text: 'outer', attachments: [{ text: 'inner' }] };
    expect((await shown({ attachments: [nested] })).body).toBe('> bob\n> outer\n> inner');
  });

  it('links to the workspace’s own addresses in full, and to nothing that would run', async () => {
    const own = await shown({ attachments: [{ title: 'a file', title_link: '/file-upload/abc/x.txt' }] });
    expect(own.html).toContain(`<a href="${SITE}/file-upload/abc/x.txt">a file</a>`);
    const evil = await shown({ attachments: [{ title: 'click', title_link: 'javascript:alert(1)', text: 'x' }] });
    expect(evil.html).toBe('<blockquote><strong>click</strong><br>x</blockquote>');
  });

  it('mentions nobody', async () => {
    expect((await shown({ attachments: [{ text: '@all look, @alice' }] })).html).toBe(
      '<blockquote>@all look, @alice</blockquote>',
    );
  });
});

describe('what is none', () => {
  it('quotes, files and their previews have their own way', () => {
    const quote = { text: 'said', author_name: 'bob', message_link: `${SITE}/channel/x?msg=abc` };
    const file = {
      type: 'file',
      title: 'a.png',
      title_link: '/file-upload/abc/a.png',
      image_url: '/file-upload/t/a.png',
    };
    expect(readCards({ attachments: [quote] }, false)).toEqual([]);
    expect(readCards({ attachments: [file] }, true)).toEqual([]);
    expect(readCards({ attachments: [{ ...file, type: undefined }] }, true)).toEqual([]);
  });

  it('what pruning leaves in a file’s place is no message of anybody', () => {
    const left = { color: '#FD745E', text: '_File removed by prune_' };
    expect(readCards({ attachments: [left] }, true)).toEqual([]);
    expect(readCards({ attachments: [{ ...left, type: 'removed-file' }] }, false)).toEqual([]);
    expect(readCards({ attachments: [left] }, false)).toHaveLength(1);
  });

  it('how clients show an attachment is no change of it', () => {
    const one = readCards({ attachments: [{ text: 'x', color: 'red', collapsed: true, ts: 1 }] }, false);
    const other = readCards({ attachments: [{ text: 'x', md: [], image_dimensions: {} }] }, false);
    expect(one).toEqual(other);
  });
});

describe('the blocks of an app', () => {
  it('show their texts, fields, pictures and buttons', async () => {
    const button = (text: string, url?: string) => ({ type: 'button', text: { type: 'plain_text', text }, url });
    const blocks = [
      {
        type: 'section',
        text: { type: 'mrkdwn', text: 'Is it *ready*?' },
        accessory: button('Details', 'https://a.example/'),
      },
      {
        type: 'section',
        fields: [
          { type: 'plain_text', text: 'one' },
          { type: 'mrkdwn', text: '_two_' },
        ],
      },
      { type: 'divider' },
      {
        type: 'image',
        imageUrl: 'https://a.example/i.png',
        altText: 'a graph',
        title: { type: 'plain_text', text: 'Graph' },
      },
      {
        type: 'context',
        elements: [
          { type: 'plain_text', text: 'by an app' },
          { type: 'plain_text', text: 'today' },
        ],
      },
      { type: 'actions', elements: [button('Yes'), button('Site', 'https://a.example/s')] },
      { type: 'callout', title: { type: 'plain_text', text: 'Mind' }, text: { type: 'mrkdwn', text: 'the gap' } },
      { type: 'info_card', rows: [{ background: 'default', elements: [{ type: 'plain_text', text: 'row' }] }] },
    ];
    const { body, html } = await shown({ blocks });
    expect(body.split('\n')).toEqual([
      'Is it *ready*?',
      '[Details](https://a.example/)',
      'one',
      '_two_',
      '[Graph](https://a.example/i.png)',
      'by an app · today',
      '[Yes] · [Site](https://a.example/s)',
      'Mind',
      'the gap',
      'row',
    ]);
    expect(html).toContain('Is it <strong>ready</strong>?<br><a href="https://a.example/">Details</a>');
  });

  it('say nothing where they are a call’s', () => {
    expect(readCards({ blocks: [{ type: 'video_conf', callId: 'x', appId: 'videoconf-core' }] }, false)).toEqual([]);
  });
});

describe('whatever a sender puts there', () => {
  const KEYS = [
    'pretext',
    'text',
    'title',
    'title_link',
    'author_name',
    'author_link',
    'fields',
    'value',
    'actions',
    'url',
    'image_url',
    'attachments',
    'type',
    'elements',
    'footer',
    'ts',
    'accessory',
    'label',
    'altText',
    'imageUrl',
    'color',
  ];
  const leaf = fc.oneof(
    adversarialText.map((text) => text.slice(0, 40)),
    fc.constantFrom('mrkdwn', 'plain_text', 'button', 'section', 'actions', 'image', 'javascript:x', '/x', '//x.org'),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const tree = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 6 }),
    ),
  })).any;

  it('never throws, and stays within the HTML that clients allow', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.boolean(), async (attachments, blocks, hasFiles) => {
        const cards = readCards({ attachments, blocks }, hasFiles);
        // As they are compared and hashed.
        expect(JSON.parse(JSON.stringify(cards))).toEqual(
          JSON.parse(JSON.stringify(readCards({ attachments, blocks }, hasFiles))),
        );
        const text = await withCards({ body: 'text' }, cards, SITE);
        expect(outsideAllowList(text.formatted_body ?? '')).toEqual([]);
        expect(text.body.isWellFormed()).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is shortened where it is endless', () => {
    const endless = 'long '.repeat(50_000);
    const attachments = Array.from({ length: 500 }, () => ({
      text: endless,
      title: endless,
      title_link: `https://x.example/${'a'.repeat(50_000)}`,
      fields: Array.from({ length: 500 }, () => ({ title: endless, value: endless })),
      attachments: [{ text: endless, attachments: [{ text: endless }] }],
    }));
    const cards = readCards({ attachments, blocks: [{ type: 'section', text: endless }] }, false);
    expect(JSON.stringify(cards).length).toBeLessThan(60_000);
    const texts = cards.flatMap(({ pieces }) => pieces).flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []));
    expect(texts[0]?.endsWith(' …')).toBe(true);
    expect(texts.join('').length).toBeLessThan(20_100);
  });
});
