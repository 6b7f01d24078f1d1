import { expect, it } from 'vitest';
import { readContent } from '../../../../src/lib/bridge/homeserver/content.ts';

export const MESSAGE = 'm.room.message';
export const MXC = 'mxc://example.org/abc';

/** The content, what it is read as (the named fields of it), and what the case is about. */
export type Case = readonly [
  what: string,
  type: string,
  content: Record<string, unknown>,
  read: Record<string, unknown>,
];

/** A test for each. */
export const check = (cases: readonly Case[]): void =>
  it.each(cases)('%s', (_what, type, content, read) => {
    expect(readContent(type, content)).toMatchObject(read);
  });
