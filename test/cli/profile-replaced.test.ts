import { beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TOKEN = 'workspace-token-4711';
const SERVERS = ['--workspace-url', 'https://chat.example.org', '--homeserver-url', 'https://matrix.example.org'];
const WORK = ['profile', 'add', 'work', ...SERVERS, '--workspace-user-id', 'u1', '--server-name', 'example.org'];

let home: string;
beforeEach(async () => {
  home = await temporaryFolder();
});

const rcfed = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommand(argv, { env: { HOME: home, ...env } });
const addWork = (...more: readonly string[]) => rcfed([...WORK, ...more], { RCFED_WORKSPACE_TOKEN: TOKEN });

describe('profile add --replace', () => {
  it('changes the profile in use by what is given, keeps the rest, and says so the second time', async () => {
    await addWork('--prefix', 'chat_', '--listen', '127.0.0.1:29555');
    const alias = ['profile', 'add', '--replace', '--identity', 'alias', '--json'];
    expect((await rcfed([...alias, '--dry-run'])).json()).toMatchObject({
      data: { name: 'work', plan: ['~ profile work (admin)', '+ identity: alias'] },
    });
    expect((await rcfed(alias)).json()).toMatchObject({ data: { name: 'work', kind: 'admin', changed: true } });
    const shown = (await rcfed(['profile', 'show', '--reveal', '--yes'])).stdout;
    for (const line of ['identity\talias', 'prefix\tchat_', 'listen\t127.0.0.1:29555', `workspace-token\t${TOKEN}`])
      expect(shown).toContain(line);
    expect((await rcfed(alias)).json()).toMatchObject({ data: { changed: false } });
  });

  it('takes no token of the account before for another one', async () => {
    await addWork();
    const other = await rcfed(['profile', 'add', '--replace', '--workspace-user-id', 'u2']);
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--workspace-token-file') });
    expect(other.stderr).not.toContain('--homeserver-url');
  });

  it('tells another homeserver nothing that was meant for the one before', async () => {
    const admin = { RCFED_WORKSPACE_TOKEN: TOKEN, RCFED_HOMESERVER_ADMIN_TOKEN: 'admin-token-4711' };
    await rcfed(WORK, admin);
    const shown = async () => (await rcfed(['profile', 'show', '--reveal', '--yes'])).stdout;
    expect(await shown()).toContain('admin-token-4711');
    await rcfed(['profile', 'add', '--replace', '--server-name', 'other.example']);
    expect(await shown()).toContain(TOKEN);
    expect(await shown()).not.toContain('admin-token-4711');
  });
});
