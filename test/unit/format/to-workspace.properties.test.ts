import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { type ReadMessage, loadMessageReader } from '../../../src/lib/format/message-tree.ts';
import { childrenOf, linkParts, type Node, nodesOf, plainMessage, textOf } from '../../../src/lib/format/plain-text.ts';
import { toMatrix } from '../../../src/lib/format/to-matrix.ts';
import { toWorkspace } from '../../../src/lib/format/to-workspace.ts';
import { NO_NAMES } from '../../../src/lib/format/workspace-names.ts';
import { adversarialText } from './adversarial-text.ts';
import { ordinaryDocument } from './ordinary-document.ts';

const plain = (body: string, msgtype = 'm.text'): Promise<string> => toWorkspace({ body, msgtype });
const html = (formatted: string, msgtype = 'm.text'): Promise<string> =>
  toWorkspace({ body: 'fallback', format: 'org.matrix.custom.html', formatted_body: formatted, msgtype });
const read: ReadMessage = await loadMessageReader();
/** A line or two: what is long is for the test of time, and costs the parser milliseconds. */
const anyText = adversarialText.map((text) => text.slice(0, 60));
const Z = '\u200b';
/** Rocket.Chat takes `a.b` for a domain, and has no escape within one. */
const DOMAIN = /\.[\p{L}\p{N}-]/u;

/** What a server mentions when it gets the text, by its default pattern of names. */
const mentioned = (msg: string): string[] =>
  [...msg.matchAll(/(?:^|\s|>)@([0-9a-zA-Z-_.]+(?:@[0-9a-zA-Z-_.]+)?(?::[0-9a-zA-Z-_.]+)?)/gm)].map(
    ([, name]) => name ?? '',
  );

describe('any text from Matrix', () => {
  it('shows as it was written, whatever it looks like', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const body = text.replaceAll(Z, '').replaceAll('\r', '');
        fc.pre(!DOMAIN.test(body) && !/https?:|example|:\/\//.test(body) && !body.startsWith('> <@'));
        const msg = await plain(body);
        const tree = read(msg);
        fc.pre(tree !== undefined);
        const shown = plainMessage(nodesOf(tree));
        // The parser drops blank lines at the end, and blanks around emoji.
        const seen = (whole: string): string =>
          whole
            .replaceAll(Z, '')
            .replace(/[ \t]*(\p{Extended_Pictographic}|:\w+:)[ \t]*/gu, '$1')
            .split('\n')
            .map((line) => line.trim())
            .join('\n')
            .trim();
        expect(shown === undefined ? shown : seen(shown)).toBe(seen(body.toWellFormed()));
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);

  it('never throws, mentions nobody, holds no link that runs something', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, fc.constantFrom('m.text', 'm.emote', 'm.notice'), async (text, msgtype) => {
        for (const msg of [await html(text, msgtype), await plain(text, msgtype)]) {
          expect(mentioned(msg).filter((name) => /^(?:all|here)$/i.test(name))).toEqual([]);
          expect(msg).not.toMatch(/(?<![0-9a-z])@(?:all|here)\b/i);
          expect(msg.isWellFormed()).toBe(true);
          const tree = read(msg);
          for (const target of targetsOf(tree === undefined ? [] : nodesOf(tree)))
            expect(target).not.toMatch(/^\s*(?:javascript|data|vbscript):/i);
        }
      }),
      { numRuns: 1_500 },
    );
  }, 120_000);
});

const targetsOf = (nodes: readonly Node[]): string[] =>
  nodes.flatMap((node) =>
    node.type === 'LINK' || node.type === 'IMAGE' ? [linkParts(node).src] : targetsOf(childrenOf(node)),
  );

describe('marks of any nesting', () => {
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
        .tuple(
          fc.constantFrom('b', 'i', 's', 'code', 'u', 'span data-mx-spoiler'),
          fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
        )
        .map(([tag, inner]) => `<${tag}>${inner.join('')}</${tag.split(' ')[0] ?? ''}>`),
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
        const nodes = read(msg);
        fc.pre(nodes !== undefined);
        const shown = nodesOf(nodes).map(textOf).join('\n');
        const seen = (whole: string): string => alike(whole.replaceAll(Z, '')).replace(/\s+/g, ' ').trim();
        expect(seen(shown), msg).toBe(seen(text));
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);

  const MARKS = { b: 'BOLD', i: 'ITALIC', s: 'STRIKE' };
  const tags = fc.uniqueArray(fc.constantFrom<keyof typeof MARKS>('b', 'i', 's'), { maxLength: 3 });
  const segment = fc.tuple(fc.constantFrom('one', 'two', 'drei', 'τέσσερα', 'пять'), tags, fc.boolean());

  it('are the ones that were meant', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 6 }), async (segments) => {
        const formatted = segments
          .map(([text, marks, hidden]) => {
            const marked = marks.reduce<string>((inner, tag) => `<${tag}>${inner}</${tag}>`, text);
            return hidden ? `<span data-mx-spoiler>${marked}</span>` : marked;
          })
          .join(' ');
        const nodes = read(await html(formatted));
        const meant = segments.map(([text, marks, hidden]) => [
          text,
          [...marks.map((tag) => MARKS[tag]), ...(hidden ? ['SPOILER'] : [])].toSorted(),
        ]);
        expect(nodes === undefined ? nodes : leaves(nodesOf(nodes), [])).toEqual(meant);
      }),
      { numRuns: 1_500 },
    );
  }, 120_000);
});

/** What stands in a spoiler where the grammar leaves no other way. */
const alike = (text: string): string =>
  text.replace(/[∗＿∼ˋ¦∖․]/gu, (char) => '*_~`|\\.'.charAt('∗＿∼ˋ¦∖․'.indexOf(char)));

function leaves(nodes: readonly Node[], marks: readonly string[]): [text: string, marks: string[]][] {
  return nodes.flatMap((node): [string, string[]][] => {
    if (node.type === 'PLAIN_TEXT') {
      const own = marks.filter((mark) => mark !== 'PARAGRAPH').toSorted();
      return textOf(node)
        .split(/\s+/)
        .filter((word) => word !== '')
        .map((word) => [word, own]);
    }
    return leaves(childrenOf(node), [...marks, node.type]);
  });
}

describe('a pill in any text', () => {
  const around = fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '.',
        '-',
        '_',
        ':',
        '@',
        '(',
        ')',
        ',',
        'é',
        '😀',
        '<b>x</b>',
        '<i>y</i>',
        '<br>',
        'b@c',
        '@eve',
        '1',
        '/',
        '#',
      ),
      {
        maxLength: 4,
      },
    )
    .map((parts) => parts.join(''));

  it('mentions who was meant, and nobody else', async () => {
    await fc.assert(
      fc.asyncProperty(
        around,
        around,
        fc.constantFrom('', 'b', 'i', 'u', 'li', 'blockquote', 'h1'),
        async (before, after, tag) => {
          const pill = `${before}<a href="https://matrix.to/#/@bob:example.org">Bob</a>${after}`;
          const msg = await toWorkspace(
            {
              body: '',
              format: 'org.matrix.custom.html',
              formatted_body: tag === '' ? pill : `<${tag}>${pill}</${tag}>`,
              msgtype: 'm.text',
            },
            { ...NO_NAMES, user: (id) => (id === '@bob:example.org' ? { username: 'bob' } : undefined) },
          );
          expect(mentioned(msg), msg).toEqual(['bob']);
          const tree = read(msg);
          expect(tree === undefined ? tree : mentionsOf(nodesOf(tree)), msg).toEqual(['@bob']);
        },
      ),
      { numRuns: 1_500 },
    );
  }, 120_000);
});

const mentionsOf = (nodes: readonly Node[]): string[] =>
  nodes.flatMap((node) => (node.type === 'MENTION_USER' ? [textOf(node)] : mentionsOf(childrenOf(node))));

describe('an ordinary document', () => {
  it('is the same when it has been to Matrix and back', async () => {
    await fc.assert(
      fc.asyncProperty(ordinaryDocument, async (formatted) => {
        const once = await html(formatted);
        const twice = await toWorkspace({ ...(await toMatrix(once)).text, msgtype: 'm.text' });
        expect(twice).toBe(once);
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);
});
