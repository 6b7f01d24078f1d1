import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMatrix } from '../../../src/lib/format/to-matrix.ts';
import { adversarialText } from './adversarial-text.ts';

describe('a message from Rocket.Chat without formatting', () => {
  it.each([
    ['hello', 'hello'],
    ['', ''],
    ['  spaces  ', '  spaces  '],
    ['two\nlines', 'two\nlines'],
    ['two\n\nparagraphs', 'two\n\nparagraphs'],
    ['2 * 3 = 6', '2 * 3 = 6'],
    ['snake_case_name', 'snake_case_name'],
    ['2 \\* 3', '2 * 3'],
    ['\\_not italic\\_', '_not italic_'],
    ['C:\\temp', 'C:\\temp'],
    ['https://example.org/a_b', 'https://example.org/a_b'],
    ['example.org', 'example.org'],
    ['alice@example.org', 'alice@example.org'],
    ['@bob look at #general', '@bob look at #general'],
    ['@alice:example.org', '@alice:example.org'],
    ['<b>no html</b> &amp;', '<b>no html</b> &amp;'],
    ['😀', '😀'],
    [':smile:', ':smile:'],
    ['日本 здравствуй', '日本 здравствуй'],
    ['nul\u0000byte', 'nul\u0000byte'],
    ['half \ud83d emoji', 'half \ufffd emoji'],
    ['a * b', 'a * b'],
    ['```', '```'],
  ])('%j has only a body', async (msg, body) => expect(await toMatrix(msg)).toEqual({ body }));
});

describe('a formatted message from Rocket.Chat', () => {
  it.each([
    ['*bold*', '<strong>bold</strong>'],
    ['**bold**', '<strong>bold</strong>'],
    ['_italic_', '<em>italic</em>'],
    ['__italic__', '<em>italic</em>'],
    ['~gone~', '<del>gone</del>'],
    ['~~gone~~', '<del>gone</del>'],
    ['a *b _c ~d~_*', 'a <strong>b <em>c <del>d</del></em></strong>'],
    ['`a < b`', '<code>a &lt; b</code>'],
    ['`*raw*`', '<code>*raw*</code>'],
    ['```js\nif (a < b) {\n\n}\n```', '<pre><code class="language-js">if (a &lt; b) {\n\n}\n</code></pre>'],
    ['```\nplain\n```', null],
    ['*x*\n```\ncode\n```\nend', null],
    ['```\ncode\n```\n', null],
    ['see [docs](https://example.org/a?b=1&c="d")', 'see <a href="https://example.org/a?b=1&amp;c=%22d%22">docs</a>'],
    ['[*bold* link](https://example.org)', '<a href="https://example.org/"><strong>bold</strong> link</a>'],
    ['<https://example.org|Slack link>', '<a href="https://example.org/">Slack link</a>'],
    ['[x](example.org/a)', '<a href="https://example.org/a">x</a>'],
    ['[mail](mailto:a@example.org)', '<a href="mailto:a@example.org">mail</a>'],
    ['[x](javascript:alert(1)) *b*', 'x <strong>b</strong>'],
    ['[x](data:text/html,y) *b*', 'x <strong>b</strong>'],
    ['*a* https://example.org', '<strong>a</strong> https://example.org'],
    ['*a*\nb', '<strong>a</strong><br>b'],
    ['*a*\n\nb', '<strong>a</strong><br><br>b'],
    ['> quoted\n> *twice*\nanswer', '<blockquote>quoted<br><strong>twice</strong></blockquote>answer'],
    ['- a\n- *b*', '<ul><li>a</li><li><strong>b</strong></li></ul>'],
    ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['3. c', '<ol start="3"><li>c</li></ol>'],
    ['- [ ] do\n- [x] done', '<ul><li>☐ do</li><li>☑ done</li></ul>'],
    ['# Title', '<h1>Title</h1>'],
    ['#### Deep', '<h4>Deep</h4>'],
    ['a\n---\nb', 'a<hr>b'],
    ['||secret||', '<span data-mx-spoiler>secret</span>'],
    ['![cat](https://example.org/cat.png)', '<a href="https://example.org/cat.png">cat</a>'],
    ['at <t:1700000000:R>', 'at 2023-11-14 22:13 UTC'],
    ['*a* <script>alert(1)</script>', '<strong>a</strong> &lt;script&gt;alert(1)&lt;/script&gt;'],
    ['*hi* @bob :smile:', '<strong>hi</strong> @bob :smile:'],
    [
      '| a | b |\n|---|---|\n| *1* | 2 |',
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td><strong>1</strong></td><td>2</td></tr></tbody></table>',
    ],
  ])('%j has HTML and its markdown as body', async (msg, html) => {
    const made = await toMatrix(msg);
    if (html === null) expect(made.formatted_body).toContain('<pre><code>');
    else expect(made).toEqual({ body: msg, format: 'org.matrix.custom.html', formatted_body: html });
  });
});

describe('a hostile message from Rocket.Chat', () => {
  it.each([
    '*'.repeat(5000),
    '[_'.repeat(2000),
    '[\n'.repeat(5000),
    '||'.repeat(4000),
    '😀'.repeat(5000),
    '(['.repeat(3000),
    '*a '.repeat(20_000),
  ])('crosses as plain text when it is too costly to parse (%#)', async (msg) => {
    const begun = performance.now();
    expect(await toMatrix(msg)).toEqual({ body: msg });
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it('never throws, is quick, and makes HTML of allowed tags alone', async () => {
    await fc.assert(
      fc.asyncProperty(adversarialText, async (msg) => {
        const begun = performance.now();
        const made = await toMatrix(msg);
        expect(performance.now() - begun).toBeLessThan(1_000);
        expect(made.body.isWellFormed()).toBe(true);
        for (const [, tag] of (made.formatted_body ?? '').matchAll(/<\/?([^\s>]*)/g)) {
          expect([
            'strong',
            'em',
            'del',
            'code',
            'pre',
            'a',
            'br',
            'hr',
            'blockquote',
            'ul',
            'ol',
            'li',
            'h1',
            'h2',
            'h3',
            'h4',
            'span',
            'table',
            'thead',
            'tbody',
            'tr',
            'th',
            'td',
          ]).toContain(tag);
        }
        for (const [, scheme] of (made.formatted_body ?? '').matchAll(/href="([a-z]+):/g))
          expect(['http', 'https', 'ftp', 'mailto']).toContain(scheme);
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);
});
