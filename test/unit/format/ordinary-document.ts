import fc from '../../support/properties.ts';

/** HTML as clients make it of what people write: nothing in it is there to confuse. */
const word = fc.constantFrom(
  ...'We moved the release to Friday because tests on the old server were slow; see notes, please (again) — Größe 日本 v2 42 naïve snake_case 1.5 C++ a/b'.split(
    ' ',
  ),
);
const words = fc.array(word, { minLength: 1, maxLength: 6 }).map((some) => some.join(' '));
const simpleWords = fc
  .array(fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'ένα', 'два'), { minLength: 1, maxLength: 3 })
  .map((some) => some.join(' '));

const inline = fc.oneof(
  { weight: 4, arbitrary: words },
  simpleWords.map((text) => `<strong>${text}</strong>`),
  simpleWords.map((text) => `<em>${text}</em>`),
  simpleWords.map((text) => `<del>${text}</del>`),
  simpleWords.map((text) => `<strong><em>${text}</em></strong>`),
  words.map((text) => `<code>${text}</code>`),
  simpleWords.map((text) => `<a href="https://example.org/x">${text}</a>`),
  simpleWords.map((text) => `<span data-mx-spoiler>${text}</span>`),
  fc.constant('https://example.org/a?b=c'),
  fc.constant('😀'),
);
const line = fc.array(inline, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' '));
const paragraph = fc.array(line, { minLength: 1, maxLength: 2 }).map((lines) => `<p>${lines.join('<br>')}</p>`);
const items = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(inner, { minLength: 1, maxLength: 3 }).map((some) => some.map((item) => `<li>${item}</li>`).join(''));
const listOf = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    items(inner).map((some) => `<ul>${some}</ul>`),
    fc.tuple(items(inner), fc.integer({ min: 1, max: 12 })).map(([some, start]) => `<ol start="${start}">${some}</ol>`),
  );
const list = listOf(
  fc.oneof(
    { weight: 3, arbitrary: line },
    fc.tuple(line, listOf(line)).map(([a, b]) => a + b),
  ),
);
const code = fc
  .tuple(
    fc.constantFrom('', ' class="language-js"', ' class="language-c++"'),
    fc.array(words, { minLength: 1, maxLength: 5 }),
  )
  .map(([attribute, lines]) => `<pre><code${attribute}>${lines.join('\n')}</code></pre>`);
const row = fc.tuple(line, simpleWords);

const table = fc
  .array(row, { minLength: 1, maxLength: 3 })
  .map((rows) => `<table>${rows.map(([a, b]) => `<tr><td>${a}</td><td>${b}</td></tr>`).join('')}</table>`);

const block = fc.oneof(
  { weight: 3, arbitrary: paragraph },
  fc.tuple(fc.integer({ min: 1, max: 6 }), line).map(([level, text]) => `<h${level}>${text}</h${level}>`),
  list,
  fc.array(paragraph, { minLength: 1, maxLength: 2 }).map((some) => `<blockquote>${some.join('')}</blockquote>`),
  code,
  fc.constant('<hr>'),
);
const blocks = (some: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(some, { minLength: 1, maxLength: 5 }).map((all) => all.join('\n'));

export const documentWithoutTables = blocks(block);
export const ordinaryDocument = blocks(fc.oneof({ weight: 8, arbitrary: block }, table));
