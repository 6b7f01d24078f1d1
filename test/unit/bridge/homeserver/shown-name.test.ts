import { describe, expect, it } from 'vitest';
import type { MatrixText } from '../../../../src/lib/bridge/events.ts';
import { withItsName } from '../../../../src/lib/bridge/homeserver/message-profile.ts';
import { shownName, underName } from '../../../../src/lib/bridge/homeserver/shown-name.ts';
import type { WorkspaceUserId } from '../../../../src/lib/core/ids.ts';
import { toWorkspace } from '../../../../src/lib/format/to-workspace.ts';

const author = { id: 'u1' as WorkspaceUserId, username: 'hooks', name: 'Hooks' };
const alias = (name: string, hasPicture = false) => ({ name, hasPicture });
const PROFILE = 'com.beeper.per_message_profile';

describe('the name that one message is shown under on Matrix', () => {
  it('is nobody’s but the account’s unless somebody chose one', () => {
    expect(shownName(author, undefined, false)).toBeUndefined();
    expect(shownName(author, undefined, true)).toMatchObject({ id: 'u1', name: 'Hooks' });
    expect(shownName(author, alias('\u202e\u0000 \n'), false)).toBeUndefined();
  });

  it('is a profile of the message, and stands before the text for clients that know none', () => {
    const content = {
      msgtype: 'm.text',
      body: 'a *b*',
      format: 'org.matrix.custom.html',
      formatted_body: 'a <b>b</b>',
    };
    const named = underName(content, shownName(author, alias('Deploy <1>', true), false));
    expect(named).toEqual({
      ...content,
      body: 'Deploy <1>: a *b*',
      formatted_body: '<strong data-mx-profile-fallback>Deploy &lt;1&gt;: </strong>a <b>b</b>',
      [PROFILE]: {
        id: expect.stringMatching(/^[\w-]{22}$/) as string,
        displayname: 'Deploy <1>',
        avatar_url: '',
        has_fallback: true,
      },
    });
  });

  it('is the same id for the same name of the same account, and another for another', () => {
    const id = (name: string) => shownName(author, alias(name), false)?.id;
    expect(id('a')).toBe(id('a'));
    expect(id('a')).not.toBe(id('b'));
  });

  it('fits into 255 bytes and one line', () => {
    const name = shownName(author, alias(`two\nlines ${'👩‍👩‍👧'.repeat(50)}`), false)?.name ?? '';
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name.startsWith('two lines 👩')).toBe(true);
    expect(name.isWellFormed()).toBe(true);
  });
});

describe('a name that a message from Matrix is shown under', () => {
  const text = (body: string, html?: string): MatrixText => ({
    msgtype: 'm.text',
    body,
    format: html === undefined ? undefined : 'org.matrix.custom.html',
    formatted_body: html,
    mentionsRoom: false,
  });
  const read = (content: Record<string, unknown>, said: MatrixText, file?: string) =>
    toWorkspace(withItsName(content, said, file));

  it('stands bold before the text in Rocket.Chat, once', async () => {
    const profile = { displayname: 'cat', has_fallback: true };
    const html = '<p><strong data-mx-profile-fallback>cat: </strong>hello <em>you</em></p>';
    expect(await read({ [PROFILE]: profile }, text('cat: hello *you*', html))).toBe('*cat:* hello _you_');
    expect(await read({ 'm.per_message_profile': profile }, text('cat: hello'))).toBe('*cat:* hello');
    expect(await read({ [PROFILE]: { displayname: 'cat' } }, text('hello'))).toBe('*cat:* hello');
    expect(await read({ [PROFILE]: { displayname: 'cat' } }, text('cat: hello'))).toBe('*cat:* cat: hello');
  });

  it('changes nothing without a name, whatever else is there', () => {
    const said = text('hello');
    for (const profile of [undefined, null, 7, [], {}, { displayname: '' }, { displayname: 7, has_fallback: true }])
      expect(withItsName({ [PROFILE]: profile }, said)).toBe(said);
  });

  it('is all that a file’s caption says which has no other', async () => {
    const profile = { displayname: 'cat', has_fallback: true };
    expect(await read({ [PROFILE]: profile }, text('cat: a.png'), 'a.png')).toBe('*cat:*');
    expect(await read({ [PROFILE]: profile }, text('cat: look'), 'a.png')).toBe('*cat:* look');
  });

  it('can’t bring markup or lines of its own', async () => {
    const said = await read({ [PROFILE]: { displayname: '<b>@all</b>\n# cat' } }, text('hello'));
    expect(said).not.toContain('\n');
    expect(said).toContain('hello');
    expect(said).not.toMatch(/(^|\s)@all/);
  });
});
