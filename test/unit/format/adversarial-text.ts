import fc from 'fast-check';

/** Text made of what grammars stumble over: markers, fences, brackets, URLs, tags, entities, lone surrogates, NUL. */
const PIECES = [
  ...'*_~`|[]()<>!:\\#@.-+=&;"\'/ \n\t',
  'a', 'b1', 'é', '日', '😀', '\u0000', '\ud83d', '\u202e', '\u200b', '**', '__', '||', '```', '```js\n', '\n```\n', '> ', '- ', '1. ', '# ',
  '](', '[x](', 'http://', 'https://example.org/a_b', 'javascript:', '<b>', '</b>', '<i>', '</p>', '<p>', '<br>', '<script>', '</script>', '<a href="', '">', '</a>',
  '<pre><code>', '</code></pre>', '<ul><li>', '<blockquote>', '<!--', '-->', '&lt;', '&#x3c;', '&nbsp;', '<mx-reply>', '@all', '@here', ':smile:', '<t:1:R>', '---', '|-|', '\\*',
];

export const adversarialText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join('')),
  fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(...PIECES), fc.nat(400)).map(([a, b, times]) => (a + b).repeat(times)),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
