import type { Options, Root } from '@rocket.chat/message-parser';

export type { Root } from '@rocket.chat/message-parser';

const LENGTH = 20_000;
const LINES = 1_000;
const BRACKETS = 200;
/** Measured on message-parser 0.32.0: each special character scans the rest of its line, 150 ns a character. */
const SCANNED = 300_000;
/** Emphasis within would-be links is tried again and again; 250 `[_` took 0.7 s. */
const NESTED = 5_000;
/** Each fence and each `||` looks for its end in all lines below, 1 µs a line. */
const FENCED = 20_000;
/** Each `\(` and `\[` looks for its end in all that follows, 50 ns a character; beyond, formulas are text. */
const MATHS = 400_000;
/** Smileys without blanks between them take the cube of their number, 160 of them 0.5 s; beyond, smileys are text. */
const SMILEYS = 20;

const SPECIAL = /[!#()*:<[\\\]_`|~]|\p{Extended_Pictographic}/gu;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** What a workspace's settings add to the grammar; nothing unless it is asked for. */
export type Grammar = Options;

/** The tree of a message; undefined where the parser can't be asked. */
export type ReadMessage = (text: string, grammar?: Grammar) => Root | undefined;

/**
 * Rocket.Chat's own parser behind a guard: it throws on an empty text and takes seconds for a few
 * thousand marker characters, so that one message of a stranger could hold every lane up. Such a text
 * has no tree. The parser is loaded here, 20 ms at the first call.
 */
export function loadMessageReader(): Promise<ReadMessage> {
  reader ??= makeReader();
  return reader;
}

/** Kept, because even a module that is there already takes 0.1 ms to import again. */
let reader: Promise<ReadMessage> | undefined;

async function makeReader(): Promise<ReadMessage> {
  const { asciiList, parse } = await import('@rocket.chat/message-parser');
  const smiley = anyOf(Object.keys(asciiList));
  return (text, grammar = {}) => {
    if (!withinBudget(text)) return undefined;
    try {
      return parse(text, affordable(text, grammar, smiley));
    } catch {
      return undefined;
    }
  };
}

/** What of the grammar the text can be read with; without smileys the parser is quicker when told so. */
function affordable(text: string, grammar: Grammar, smiley: RegExp): Grammar {
  const { emoticons = false, katex, ...rest } = grammar;
  const smileys = emoticons ? count(text, smiley) : 0;
  const formulas = count(text, /\\[([]|\$/g) * text.length;
  return {
    ...rest,
    emoticons: smileys > 0 && smileys <= SMILEYS,
    ...(katex !== undefined && formulas <= MATHS ? { katex } : {}),
  };
}

function anyOf(texts: readonly string[]): RegExp {
  const longestFirst = texts.toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|'), 'g');
}

function withinBudget(text: string): boolean {
  if (text === '' || text.length > LENGTH || count(text, /\[/g) > BRACKETS) return false;
  const lines = text.split('\n');
  if (lines.length > LINES) return false;
  if (count(text, /```|\|\|/g) * lines.length > FENCED) return false;
  let scanned = 0;
  let nested = 0;
  for (const line of lines) {
    scanned += count(line, SPECIAL) * line.length;
    nested += count(line, /[[\]]/g) * count(line, /[*_~]/g);
  }
  return scanned <= SCANNED && nested <= NESTED;
}
