import { parse } from '@rocket.chat/message-parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toWorkspace } from '../../../src/lib/format/to-workspace.ts';
import { nodesOf, plainMessage, textOf } from '../../../src/lib/format/plain-text.ts';
import { adversarialText } from './adversarial-text.ts';

const plain = (body: string, msgtype = 'm.text'): Promise<string> => toWorkspace({ body, msgtype });
const html = (formatted: string, msgtype = 'm.text'): Promise<string> =>
  toWorkspace({ body: 'fallback', format: 'org.matrix.custom.html', formatted_body: formatted, msgtype });
const Z = '\u200b';
const DOMAIN = /\.[\p{L}\p{N}-]/u;

describe('a plain message from Matrix', () => {
  it.each([
    ['hello', 'hello'],
    ['', ''],
    ['two\nlines', 'two\nlines'],
    ['old\r\nlines', 'old\nlines'],
    ['2 * 3', '2 * 3'],
    ['2*3*4', '2\\*3\\*4'],
    ['*stars*', '\\*stars\\*'],
    ['_under_ snake_case too', '\\_under\\_ snake_case too'],
    ['~a~', '\\~a\\~'],
    ['`tick`', '\\`tick\\`'],
    ['\\*a\\*', '\\\\*a\\\\*'],
    ['# no heading', '\\# no heading'],
    ['#general', '#general'],
    ['1. no list', '1\\. no list'],
    ['- no list', `${Z}- no list`],
    ['> no quote', `${Z}> no quote`],
    ['---', `${Z}---`],
    ['[a](https://b.org)', `[a]${Z}(https://b.org)`],
    ['<https://b.org|a>', `<${Z}https://b.org|a>`],
    ['||a||', `${Z}|${Z}|a|${Z}|`],
    ['```\ncode\n```', '\\`\\`\\`\ncode\n\\`\\`\\`'],
    ['see https://example.org/_x_', 'see https://example.org/_x_'],
    ['*a* https://example.org/*x*', '\\*a\\* https://example.org/*x*'],
    ['@bob hi', '@bob hi'],
    ['@all @here @All.', `@${Z}all @${Z}here @${Z}All.`],
    ['a@here.org', 'a@here.org'],
    ['https://example.org/@all/x', 'https://example.org/%40all/x'],
    ['<b>no html</b>', '<b>no html</b>'],
    ['> <@bob:example.org> asked\n> twice\n\nanswered', 'answered'],
    ['half \ud83d', 'half \ufffd'],
  ])('%j is %j', async (body, msg) => expect(await plain(body)).toBe(msg));

  it('shows as it was written, whatever it looks like', async () => {
    await fc.assert(
      fc.asyncProperty(adversarialText, async (text) => {
        const body = text
          .replaceAll(Z, '')
          .replaceAll('\r', '')
          .replace(/@(?=(?:all|here)\b)/gi, '');
        // Rocket.Chat takes `a.b` for a domain, and has no escape within one.
        fc.pre(
          !DOMAIN.test(body) && body.length < 400 && !/https?:|example|:\/\//.test(body) && !body.startsWith('> <@'),
        );
        const msg = await plain(body);
        if (msg === '') return;
        const shown = plainMessage(nodesOf(parse(msg, {})));
        // The parser drops blank lines at the end, and blanks around emoji.
        const seen = (whole: string): string =>
          whole
            .replaceAll(Z, '')
            .split('\n')
            .map((line) => line.trim())
            .join('\n')
            .trim();
        expect(shown === undefined ? shown : seen(shown)).toBe(seen(body.toWellFormed()));
      }),
      { numRuns: 1_500 },
    );
  }, 120_000);
});

describe('a formatted message from Matrix', () => {
  it.each([
    ['<b>a</b>', '*a*'],
    ['<strong>a</strong>', '*a*'],
    ['<i>a</i> <em>b</em>', '_a_ _b_'],
    ['<del>a</del> <s>b</s> <strike>c</strike>', '~a~ ~b~ ~c~'],
    ['<strong>a <em>b <del>c</del></em></strong>', '*a _b ~c~_*'],
    ['x<i>y</i>z', `x${Z}_y_${Z}z`],
    ['<b> a </b>b', '*a* b'],
    ['<b></b><i> </i>x', 'x'],
    ['<b>a<br>b</b>', '*a*\n*b*'],
    ['<b>2*3</b>', '2\\*3'],
    ['<b>1. a*</b>', '1\\. a\\*'],
    ['<b>my_var</b>s', 'my\\_vars'],
    ['<i>snake_case</i> <b>snake_case</b>', 'snake\\_case *snake_case*'],
    ['<u>a</u> <font color="red">b</font> <sup>2</sup>', 'a b 2'],
    ['<code>a*b</code>', '`a*b`'],
    ['<b><code>x</code></b>', '*`x`*'],
    ['<code>a`b</code>', 'a\\`b'],
    ['<pre><code class="language-js">if (a &lt; b) {\n\n}\n</code></pre>', '```js\nif (a < b) {\n\n}\n```'],
    ['<pre>a\nb</pre>after', '```\na\nb\n```\nafter'],
    ['<pre><code>a```b</code></pre>', `\`\`\`\na\`\`${Z}\`b\n\`\`\``],
    ['<pre><code class="language-js&quot;><script">x</code></pre>', '```\nx\n```'],
    ['<a href="https://example.org/x">docs</a>', '[docs](https://example.org/x)'],
    ['<a href="https://example.org/x">https://example.org/x</a>', 'https://example.org/x'],
    ['<a href="https://example.org/(x)">a [b]</a>', '[a (b)](https://example.org/%28x%29)'],
    ['<a href="mailto:a@example.org">a@example.org</a>', 'a@example.org'],
    ['<a href="https://example.org"></a>', ''],
    ['<b><a href="https://example.org/">x</a></b>', '[*x*](https://example.org/)'],
    ['<a href="javascript:alert(1)">x</a>', 'x'],
    ['<a href=" data:text/html,x">x</a>', 'x'],
    ['<a href="relative">x</a>', 'x'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<p>a</p><p>b</p>', 'a\n\nb'],
    ['a\n b', 'a b'],
    ['<blockquote><p>a</p><p>b</p></blockquote><p>c</p>', '> a\n> b\nc'],
    ['<blockquote>a<blockquote>b</blockquote></blockquote>', '> a\n> > b'],
    ['<blockquote><pre>x</pre></blockquote>', '```\nx\n```'],
    ['<ul><li>a</li><li><b>b</b></li></ul>', '- a\n- *b*'],
    ['<ul>\n<li><p>a</p>\n<ul><li>b</li></ul></li>\n</ul>', '- a\n- b'],
    ['<ol start="3"><li>a</li><li>b</li></ol>', '3. a\n4. b'],
    ['<h1>a</h1><h6>b</h6>', '# a\n#### b'],
    ['a<hr>b', 'a\n---\nb'],
    [
      '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
      'a | b\n1 | 2',
    ],
    ['<span data-mx-spoiler="why">x</span>', '||x||'],
    ['<img alt=":cat:" data-mx-emoticon src="mxc://a/b">', ':cat:'],
    ['<mx-reply><blockquote>old</blockquote></mx-reply>new', 'new'],
    ['<mx-reply>never closed', 'fallback'],
    ['<script>alert(1)</script><style>b{}</style>x', 'x'],
    ['<title>t</title><iframe src="x">y</iframe><svg><text>z</text></svg>w', 'w'],
    ['&lt;b&gt; &amp;amp; *x*', '<b> &amp; \\*x\\*'],
    ['<b>@all</b> <code>@here</code>', `*@${Z}all* \`@${Z}here\``],
    ['<b><p>x</p></b>', '*x*'],
    ['<b>never closed', '*never closed*'],
    ['</b>never opened', 'never opened'],
    ['<unknown>a</unknown>', 'a'],
    ['<!-- c -->a', 'a'],
    ['   ', 'fallback'],
  ])('%j is %j', async (formatted, msg) => {
    expect(await html(formatted)).toBe(msg === '' ? 'fallback' : msg);
  });

  it('is taken from the body when the format is another one', async () => {
    expect(await toWorkspace({ body: 'b', formatted_body: '<b>x</b>', format: 'other', msgtype: 'm.text' })).toBe('b');
    expect(await toWorkspace({ body: 'b', formatted_body: '<b>x</b>', msgtype: 'm.text' })).toBe('b');
  });

  it('is in italics when it says what somebody does, and ordinary when it is a notice', async () => {
    expect(await plain('waves', 'm.emote')).toBe('_waves_');
    expect(await html('waves <b>twice</b>', 'm.emote')).toBe('_waves_ *_twice_*');
    expect(await plain('* waves_', 'm.emote')).toBe('\\* waves\\_');
    expect(await plain('server is up', 'm.notice')).toBe('server is up');
  });
});

describe('emphasis of any nesting', () => {
  const words = fc
    .array(fc.constantFrom('a', 'word', ' ', ' b ', 'x_y', '*', '_', '~', '`', '\\', '.', ',', '(', ')', 'é', '1'), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.join(''));
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      words,
      fc
        .tuple(fc.constantFrom('b', 'i', 's', 'code', 'u'), fc.array(tie('node'), { minLength: 1, maxLength: 3 }))
        .map(([tag, inner]) => `<${tag}>${inner.join('')}</${tag}>`),
    ),
  })).node;

  it('shows the text and no stray marker', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 4 }), async (parts) => {
        const formatted = parts.join('');
        const text = formatted
          .replace(/<[^>]*>/g, '')
          .replace(/\s+/g, ' ')
          .trim();
        fc.pre(text !== '' && !DOMAIN.test(text));
        const msg = await html(formatted);
        const shown = nodesOf(parse(msg, {})).map(textOf).join('\n');
        expect(shown.replaceAll(Z, '').replace(/\s+/g, ' ').trim(), msg).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});

describe('a hostile message from Matrix', () => {
  it.each([
    ['<div>'.repeat(20_000)],
    [`${'<b>'.repeat(15_000)}x${'</i>'.repeat(10_000)}`],
    ['<ul><li>'.repeat(5_000)],
    ['<blockquote>'.repeat(5_000) + 'x'],
    ['<a href="'.repeat(5_000)],
    ['&'.repeat(60_000)],
    ['*_~`'.repeat(15_000)],
    ['<b>*</b>'.repeat(7_000)],
    ['x '.repeat(200_000)],
  ])('is read in bounded time (%#)', async (formatted) => {
    const begun = performance.now();
    expect(typeof (await html(formatted))).toBe('string');
    expect(typeof (await plain(formatted))).toBe('string');
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it('keeps the text of what is nested too deep', async () => {
    expect(await html(`${'<i>'.repeat(300)}deep${'</i>'.repeat(300)} end`)).toBe('_deep_ end');
  });

  it('never throws, never addresses everybody, never holds a live script link', async () => {
    await fc.assert(
      fc.asyncProperty(adversarialText, fc.constantFrom('m.text', 'm.emote', 'm.notice'), async (text, msgtype) => {
        for (const msg of [await html(text, msgtype), await plain(text, msgtype)]) {
          expect(msg).not.toMatch(/(?<![0-9a-z])@(all|here)\b/i);
          expect(msg.isWellFormed()).toBe(true);
        }
        const msg = await html(text, msgtype);
        const targets =
          msg === ''
            ? []
            : [...JSON.stringify(parse(msg, {})).matchAll(/"src":\{"type":"PLAIN_TEXT","value":"([^"]*)"/g)];
        for (const [, target] of targets) expect(target).not.toMatch(/^\s*(javascript|data|vbscript):/i);
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);
});
