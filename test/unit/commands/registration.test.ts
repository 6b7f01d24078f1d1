import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRegistration } from '../../../src/lib/matrix/registration.ts';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

let lab: BridgeLab;
let tokens: readonly string[];

beforeAll(async () => {
  lab = await startBridgeLab();
  tokens = [lab.registration.asToken.reveal(), lab.registration.hsToken.reveal()];
});
afterAll(async () => lab.stop());

describe('federation registration show', () => {
  it('hides the tokens', async () => {
    const run = await lab.run(['federation', 'registration', 'show', '--json']);
    expectSchema(run.json());
    expect(run.json()).toMatchObject({
      data: { revealed: false, registration: { asToken: '[redacted]', serverName: 'lab.test' } },
    });
    const text = await lab.run(['federation', 'registration', 'show']);
    expect(text.stdout).toContain('sender_localpart: rcfed');
    for (const token of tokens) expect(run.stdout + text.stdout).not.toContain(token);
  });

  it('shows them with --reveal, after a question', async () => {
    const argv = ['federation', 'registration', 'show', '--reveal'];
    expect((await lab.run([...argv, '--json'])).exitCode).toBe(2);
    expect((await lab.run(argv, { terminal: true, answers: { 'Print the tokens': false } })).exitCode).toBe(1);
    const run = await lab.run(argv, { terminal: true, answers: { 'Print the tokens': true } });
    const shown = await parseRegistration(run.stdout);
    expect([shown.asToken.reveal(), shown.hsToken.reveal()]).toEqual(tokens);
  });
});

describe('federation registration write', () => {
  const write = (...argv: string[]) =>
    lab.run(['federation', 'registration', 'write', join(lab.folder, 'out'), '--json', ...argv]);

  it('writes a file for its owner alone, once', async () => {
    const first = await write('--bridge-url', 'http://bridge.test:29400/');
    expectSchema(first.json());
    expect(first.json()).toMatchObject({ data: { changed: true } });
    const path = join(lab.folder, 'out/registration.yaml');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await parseRegistration(await readFile(path, 'utf8'))).toMatchObject({
      url: 'http://bridge.test:29400',
      prefix: 'rc_',
    });
    expect((await write('--bridge-url', 'http://bridge.test:29400')).json()).toMatchObject({
      data: { changed: false },
    });
    for (const token of tokens) expect(first.stdout + first.stderr).not.toContain(token);
  });

  it('never overwrites another file unless told to', async () => {
    const path = join(lab.folder, 'out/registration.yaml');
    await writeFile(path, 'id: somebody else\n');
    const refused = await write();
    expect(refused.exitCode).toBe(1);
    expect(refused.json()).toMatchObject({ error: { code: 'RCFED_REGISTRATION_DIFFERS' } });
    expect(await readFile(path, 'utf8')).toBe('id: somebody else\n');
    expect((await write('--replace')).json()).toMatchObject({ data: { changed: true } });
  });

  it("refuses names that another application service's registration claims", async () => {
    const path = join(lab.folder, 'other.yaml');
    const other = (prefix: string): Promise<void> =>
      writeFile(
        path,
        `id: other\nas_token: x\nsender_localpart: other\nnamespaces: {users: [{exclusive: true, regex: '@${prefix}.*'}]}`,
      );
    await other('rc_lab_');
    expect((await write('--replace', '--beside', path)).json()).toMatchObject({
      error: { code: 'RCFED_NAMESPACE_OVERLAP' },
    });
    await other('lab_');
    const own = join(lab.folder, 'out/registration.yaml');
    expect((await write('--replace', '--beside', path, '--beside', own)).exitCode).toBe(0);
    expect((await write('--beside', join(lab.folder, 'missing.yaml'))).json()).toMatchObject({
      error: { code: 'RCFED_FILE_UNREADABLE' },
    });
  });

  it('refuses an address that is none', async () => {
    expect((await write('--bridge-url', 'bridge:29400')).exitCode).toBe(2);
  });
});
