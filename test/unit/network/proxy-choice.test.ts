import { expect, test } from 'vitest';
import { proxyFor } from '../../../src/lib/network/proxy-choice.ts';

const choice = (url: string, env: Record<string, string>): string | undefined => proxyFor(new URL(url), env)?.host;
const all = { HTTPS_PROXY: 'http://secure:1', HTTP_PROXY: 'http://plain:2' };

test.each([
  ['https://chat.example.org', 'secure:1'],
  ['wss://chat.example.org', 'secure:1'],
  ['http://chat.example.org', 'plain:2'],
  ['ws://chat.example.org', 'plain:2'],
])('%s goes through %s', (url, proxy) => {
  expect(choice(url, all)).toBe(proxy);
});

test('one variable does not stand in for the other', () => {
  expect(choice('https://a.test', { HTTP_PROXY: 'http://plain:2' })).toBeUndefined();
  expect(choice('http://a.test', { HTTPS_PROXY: 'http://secure:1' })).toBeUndefined();
});

test('the lower-case name wins, and a scheme may be missing', () => {
  expect(choice('https://a.test', { HTTPS_PROXY: 'http://upper:1', https_proxy: 'lower:2' })).toBe('lower:2');
});

test.each([
  ['*', 'https://a.test', true],
  ['example.org', 'https://example.org', true],
  ['example.org', 'https://chat.example.org', true],
  ['.example.org', 'https://chat.example.org', true],
  ['*.example.org', 'https://chat.example.org', true],
  ['EXAMPLE.org', 'https://chat.example.ORG', true],
  ['ample.org', 'https://example.org', false],
  ['example.org', 'https://example.org.evil.test', false],
  ['other.test,example.org', 'https://example.org', true],
  ['other.test example.org', 'https://example.org', true],
  ['example.org:443', 'https://example.org', true],
  ['example.org:443', 'wss://example.org', true],
  ['example.org:8443', 'https://example.org', false],
  ['example.org:8443', 'https://example.org:8443', true],
  ['::1', 'https://[::1]:8443', true],
  ['[::1]', 'https://[::1]:8443', true],
  ['[::1]:8443', 'https://[::1]:8443', true],
  ['[::1]:8443', 'https://[::1]', false],
  ['127.0.0.1', 'https://127.0.0.1:3000', true],
  ['', 'https://example.org', false],
])('NO_PROXY=%s for %s: direct is %s', (noProxy, url, direct) => {
  expect(choice(url, { ...all, NO_PROXY: noProxy }) === undefined).toBe(direct);
});
