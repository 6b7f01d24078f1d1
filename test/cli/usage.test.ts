import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { expectSchema } from '../support/schema.ts';

describe('what is missing on a command line is named', () => {
  it.each([
    ['a flag', ['invite', 'user', '@alice:example.org'], 'rcfed invite user needs --room'],
    ['a variable that a script left empty', ['rooms', 'create', ''], 'rcfed rooms create needs NAME, which is empty'],
    ['the second of two', ['rooms', 'members', 'kick', 'general', ' '], 'needs USER, which is empty'],
    ['a number that fits', ['federation', 'stats', '--days', '400'], '--days needs a whole number of at most 366'],
  ])('%s', async (_, argv, says) => {
    const run = await runCommand([...argv, '--json']);
    expect(run.exitCode).toBe(2);
    expectSchema(run.json());
    expect(run.json()).toMatchObject({ error: { code: 'RCFED_USAGE', message: expect.stringContaining(says) } });
  });
});
