import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellWord } from '../../../src/lib/core/shell-word.ts';

it('is one word to a shell, whatever a server calls itself', () => {
  const texts = ['general', '#general:example.org', "!x'; touch /tmp/pwned; '", '$(id) `id` "x" \\', '↔ ميناء', ''];
  const said = execFileSync('sh', ['-c', `printf '%s\\0' ${texts.map(shellWord).join(' ')}`], { encoding: 'utf8' });
  expect(said.split('\0').slice(0, -1)).toEqual(texts);
  expect(shellWord('general')).toBe('general');
});
