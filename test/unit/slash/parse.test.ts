import fc from '../../support/properties.ts';
import { describe, expect, it } from 'vitest';
import { RcfedError } from '../../../src/lib/core/errors.ts';
import { parseSlash } from '../../../src/lib/slash/parse.ts';
import { slashWords } from '../../../src/lib/slash/words.ts';

const read = (text: string): [name: string, ...words: string[]] => {
  const { word, words } = parseSlash(text);
  return [word.name, ...words];
};
const wrong = (text: string): RcfedError => {
  try {
    parseSlash(text);
  } catch (error) {
    if (error instanceof RcfedError) return error;
  }
  throw new Error(`${text} is taken`);
};

describe('a slash command', () => {
  it('is read as people type it, with and without its slash', () => {
    expect(read('/federation dm @a:b.org')).toEqual(['federation dm', '@a:b.org']);
    expect(read('  Federation   DM @a:b.org,@c:d.org  @a:b.org')).toEqual(['federation dm', '@a:b.org', '@c:d.org']);
    expect(read('!federation search black cats')).toEqual(['federation search', 'black cats']);
    expect(read('/federation search')).toEqual(['federation search']);
    expect(read('/topic All  about cats')).toEqual(['topic', 'All  about cats']);
    expect(read('/invite @a:b.org')).toEqual(['invite', '@a:b.org']);
    expect(read('help')).toEqual(['help']);
    expect(read('!federation help')).toEqual(['help']);
  });

  it('that nobody knows is answered with those that may be meant', () => {
    expect(wrong('/federation dn @a:b.org')).toMatchObject({
      code: 'RCFED_COMMAND_UNKNOWN',
      message: 'There is no slash command /federation dn; did you mean /federation dm?',
    });
    expect(wrong('/invte @a:b.org').message).toContain('did you mean /invite?');
    expect(wrong('/fedration dm').message).toContain('did you mean /federation dm?');
    expect(wrong('/what my password is').message).toBe('There is no slash command /what');
    expect(wrong('').code).toBe('RCFED_COMMAND_UNKNOWN');
    expect(wrong('/dmx').message).not.toContain('federation dm');
  });

  it('without what it needs is answered with how it is written', () => {
    expect(wrong('/federation dm')).toMatchObject({
      code: 'RCFED_USAGE',
      message: '/federation dm is written /federation dm @alice:example.org …',
    });
    // A shell would take what follows # for a comment.
    expect(wrong('/federation join').try).toEqual(["rcfed slash '/federation join #alias:example.org'"]);
    expect(wrong('/topic').code).toBe('RCFED_USAGE');
    expect(wrong('/help me').code).toBe('RCFED_USAGE');
  });

  it('is one of the words, or a clear error, whatever somebody types', () => {
    const names = slashWords.map(({ name }) => name);
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.tuple(fc.constantFrom(...names, 'federation'), fc.string({ maxLength: 50 })).map((both) => both.join(' ')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        try {
          const { word, words } = parseSlash(text);
          return names.includes(word.name) && words.every((each) => text.includes(each));
        } catch (error) {
          return error instanceof RcfedError && error.exit === 2;
        }
      }),
    );
  });
});
