import { describe, expect, it } from 'vitest';
import { namesInHtml } from '../../../src/lib/format/names-in-html.ts';

const names = (formatted_body: string): ReturnType<typeof namesInHtml> =>
  namesInHtml({ body: '', format: 'org.matrix.custom.html', formatted_body, msgtype: 'm.text' });
const link = (href: string): string => `<a href="${href}">x</a>`;

describe('the names in a message from Matrix', () => {
  it.each([
    ['https://matrix.to/#/@bob:example.org', '@bob:example.org'],
    ['https://matrix.to/#/%40bob%3Aexample.org', '@bob:example.org'],
    ['https://matrix.to/#/@bob:example.org?via=example.org', '@bob:example.org'],
    ['http://matrix.to/#/@bob:example.org:8448', '@bob:example.org:8448'],
    ['matrix:u/bob:example.org', '@bob:example.org'],
    ['matrix:user/bob:example.org?action=chat', '@bob:example.org'],
    ['matrix:u/b%2Fob:example.org', '@b/ob:example.org'],
    ['MATRIX:u/bob:example.org', '@bob:example.org'],
  ])('%s is a user', async (href, id) => {
    expect(await names(link(href))).toEqual({ users: [id], rooms: [], emoji: [] });
  });

  it.each([
    ['https://matrix.to/#/#room:example.org', '#room:example.org'],
    ['https://matrix.to/#/%23room%3Aexample.org?via=a&amp;via=b', '#room:example.org'],
    ['https://matrix.to/#/!abc:example.org', '!abc:example.org'],
    ['https://matrix.to/#/!abc', '!abc'],
    ['matrix:r/room:example.org', '#room:example.org'],
    ['matrix:roomid/abc:example.org?via=example.org', '!abc:example.org'],
    ['https://matrix.to/#/!abc:example.org/$event', '!abc:example.org'],
    ['matrix:r/room:example.org/e/event', '#room:example.org'],
  ])('%s is a room, or a message in one', async (href, id) => {
    expect(await names(link(href))).toEqual({ users: [], rooms: [id], emoji: [] });
  });

  it.each([
    'https://matrix.to/',
    'https://matrix.to/#/',
    'https://matrix.to/#/bob',
    'https://matrix.to/#/@bob',
    'https://matrix.to/#/%E0%A4%A',
    'https://matrix.to.example.org/#/@bob:example.org',
    'https://example.org/?https://matrix.to/#/@bob:example.org',
    'https://matrix.to/#/#room:example.org/nonsense',
    'matrix:x/bob:example.org',
    'matrix:constructor/bob:example.org',
    'matrix:u',
    'matrix://u/bob:example.org',
    'javascript:alert(1)',
    '',
  ])('%j is none', async (href) => {
    expect(await names(link(href))).toEqual({ users: [], rooms: [], emoji: [] });
  });

  it('are each told once, in their order, with the custom emoji', async () => {
    const [b, a, b2] = ['b', 'a', 'b'].map((user) => link(`https://matrix.to/#/@${user}:example.org`));
    const cat = '<img data-mx-emoticon src="mxc://example.org/cat" alt=":cat:">';
    expect(await names(`${b}<p>${a}</p>${b2}${cat}${cat}<img src="mxc://example.org/photo" alt="no emoji">`)).toEqual({
      users: ['@b:example.org', '@a:example.org'],
      rooms: [],
      emoji: [{ mxc: 'mxc://example.org/cat', alt: ':cat:' }],
    });
  });

  it('are none of what was quoted before a reply, and at most a hundred of a kind', async () => {
    expect((await names(`<mx-reply>${link('https://matrix.to/#/@bob:example.org')}</mx-reply>x`)).users).toEqual([]);
    const many = Array.from({ length: 300 }, (_, at) => link(`https://matrix.to/#/@u${at}:example.org`)).join('');
    expect((await names(many)).users).toHaveLength(100);
  });

  it('are none where there is no HTML', async () => {
    const none = { users: [], rooms: [], emoji: [] };
    expect(await namesInHtml({ body: link('https://matrix.to/#/@bob:example.org'), msgtype: 'm.text' })).toEqual(none);
  });
});
