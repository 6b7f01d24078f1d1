import { describe, expect, it } from 'vitest';
import { toWorkspace } from '../../../src/lib/format/to-workspace.ts';
import type { WorkspaceNames } from '../../../src/lib/format/workspace-names.ts';
import { FORMAT_TO_WORKSPACE, KNOWN, type WorkspaceGroup } from '../../fixtures/format-to-workspace.ts';

const plain = (body: string, msgtype = 'm.text'): Promise<string> => toWorkspace({ body, msgtype });
const html = (formatted: string, msgtype = 'm.text'): Promise<string> =>
  toWorkspace({ body: 'fallback', format: 'org.matrix.custom.html', formatted_body: formatted, msgtype });

function namesOf({ room, may }: WorkspaceGroup): WorkspaceNames {
  const found = (map: ReadonlyMap<string, string>, key: string): { name: string; username: string } | undefined => {
    const name = map.get(key);
    return name === undefined ? undefined : { name, username: name };
  };
  return {
    user: (id) => found(KNOWN.users, id),
    room: (id) => found(KNOWN.rooms, id),
    emoji: (id) => found(KNOWN.emoji, id),
    mayMentionAll: may,
    roomMentioned: room,
  };
}

describe.each(FORMAT_TO_WORKSPACE)('from Matrix: $name', (group) => {
  it.each(group.pairs)('%j is %j', async (from, msg) => {
    const { msgtype } = group;
    const message =
      group.from === 'body'
        ? { body: from, msgtype }
        : { body: 'fallback', format: 'org.matrix.custom.html', formatted_body: from, msgtype };
    expect(await toWorkspace(message, group.known ? namesOf(group) : undefined)).toBe(msg);
  });
});

describe('a message from Matrix', () => {
  it('is taken from the body when the format is another one', async () => {
    expect(await toWorkspace({ body: 'b', formatted_body: '<b>x</b>', format: 'other', msgtype: 'm.text' })).toBe('b');
    expect(await toWorkspace({ body: 'b', formatted_body: '<b>x</b>', msgtype: 'm.text' })).toBe('b');
  });

  it('is empty when there is nothing in it', async () => {
    expect(await plain('')).toBe('');
    expect(
      await toWorkspace({ body: '', formatted_body: '<p></p>', format: 'org.matrix.custom.html', msgtype: 'm.text' }),
    ).toBe('');
  });

  it('keeps the text of what is nested too deep', async () => {
    expect(await html(`${'<i>'.repeat(300)}deep${'</i>'.repeat(300)} end`)).toBe('_deep_ end');
  });
});

/** What took most time of all that was tried; each is repeated until it has the length. */
const COSTLY = [
  'word ',
  'a\n',
  '*a*\n',
  '*',
  '[_',
  '\\(',
  '<b>',
  '<div>',
  '<b>x</b>',
  '<i>a</i> <b>*</b>',
  '<p>some *text* here with a_b and `c`</p>',
  '<ul><li>',
  '<blockquote>x',
  '<li>x',
  '<td>x',
  '<table><tr><td>a|b</td></tr></table>',
  '<a href="https://example.org">x</a> ',
  '<a href="',
  '<span data-mx-spoiler>x.y*</span> ',
  '<b>a.b</b>c* ',
  '&',
];

describe('a long message from Matrix', () => {
  it.each(COSTLY)('takes time in proportion to its length: %j', async (piece) => {
    const time = async (length: number): Promise<number> => {
      const text = piece.repeat(Math.ceil(length / piece.length));
      let least = Number.POSITIVE_INFINITY;
      for (let run = 0; run < 4; run += 1) {
        const before = process.cpuUsage();
        await html(text);
        await plain(text);
        const { user, system } = process.cpuUsage(before);
        least = Math.min(least, (user + system) / 1_000);
      }
      return least;
    };
    const short = await time(10_000);
    // What is quadratic takes sixteen times as long.
    expect(await time(40_000)).toBeLessThan(Math.max(80, short * 12));
  });
});
