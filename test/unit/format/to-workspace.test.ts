import { describe, expect, it } from 'vitest';
import { toWorkspace } from '../../../src/lib/format/to-workspace.ts';
import type { WorkspaceNames } from '../../../src/lib/format/workspace-names.ts';
import { LONG_TEXTS, longText } from '../../fixtures/long-texts.ts';
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

describe('a long message from Matrix', () => {
  // Whose cost is not proportional to the length does not end in the time of a test; how it grows is benched.
  it.each(LONG_TEXTS.toWorkspace)('of %j again and again is taken', async (piece) => {
    const text = `first ${longText(piece, 64 * 1024)}`;
    expect(await html(text)).toMatch(/^first/);
    expect(lettersOf(await plain(text))).toBe(lettersOf(text));
  });
});

const lettersOf = (text: string): string => text.replace(/[^a-z]/g, '');
