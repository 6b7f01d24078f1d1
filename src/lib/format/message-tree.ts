import type { Options, Root } from '@rocket.chat/message-parser';

export type { Root } from '@rocket.chat/message-parser';

const LENGTH = 20_000;
const LINES = 1_000;
const BRACKETS = 200;
/** Measured on message-parser 0.32.0: each special character scans the rest of its line, 150 ns a character. */
const SCANNED = 300_000;
/** Emphasis within would-be links is tried again and again; 250 `[_` took 0.7 s. */
const NESTED = 5_000;

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
  const { parse } = await import('@rocket.chat/message-parser');
  return (text, grammar = {}) => {
    if (!withinBudget(text)) return undefined;
    try {
      return parse(text, grammar);
    } catch {
      return undefined;
    }
  };
}

function withinBudget(text: string): boolean {
  if (text === '' || text.length > LENGTH || count(text, /\[/g) > BRACKETS) return false;
  const lines = text.split('\n');
  if (lines.length > LINES) return false;
  let scanned = 0;
  let nested = 0;
  for (const line of lines) {
    scanned += count(line, SPECIAL) * line.length;
    nested += count(line, /[[\]]/g) * count(line, /[*_~]/g);
  }
  return scanned <= SCANNED && nested <= NESTED;
}
