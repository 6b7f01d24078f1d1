import * as Flags from '@oclif/core/flags';
import type { WorkspaceUserId } from '../lib/core/ids.ts';
import type { Secret } from '../lib/core/secret.ts';
import type { AdminAccount } from '../lib/provision/workspace-admin.ts';
import type { Question } from './answers.ts';
import type { CommandContext } from './context.ts';
import type { Settings } from './global-flags.ts';
import { readSecret, secretFlags, secretHint } from './secret-flags.ts';

/** Flags that name an admin of the workspace, whose account is used and not kept. */
export const workspaceAdminFlags = {
  'workspace-admin': Flags.string({
    summary: 'User name of an admin of the workspace.',
    env: 'RCFED_WORKSPACE_ADMIN',
    helpValue: 'USERNAME',
  }),
  ...secretFlags('workspace-admin-password', 'password of that admin'),
  'workspace-admin-id': Flags.string({
    summary: 'User id of an admin, with a personal access token instead of a password.',
    env: 'RCFED_WORKSPACE_ADMIN_ID',
    helpValue: 'ID',
  }),
  ...secretFlags('workspace-admin-token', 'personal access token of that admin'),
  ...secretFlags('two-factor-code', 'two-factor code of that admin'),
};

type Given = Readonly<Record<string, unknown>>;

/** The admin that flags or the environment name; undefined: not, or not in full. */
export async function givenAdmin(flags: Given, context: CommandContext): Promise<AdminAccount | undefined> {
  const userId = flags['workspace-admin-id'];
  const token = await readSecret('workspace-admin-token', flags, context);
  if (typeof userId === 'string' && token !== undefined) return { userId: userId as WorkspaceUserId, token };
  const username = flags['workspace-admin'];
  const password = await readSecret('workspace-admin-password', flags, context);
  return typeof username !== 'string' || password === undefined ? undefined : { username, password };
}

/** What is asked of a person where {@link givenAdmin} found nobody. */
export async function adminQuestions(
  flags: Given,
  context: CommandContext,
): Promise<{ username: Question<string>; password: Question<Secret> }> {
  const username = flags['workspace-admin'];
  return {
    username: {
      flag: '--workspace-admin USERNAME',
      given: typeof username === 'string' ? username : undefined,
      ask: (prompts) => prompts.text('User name of an admin of the workspace:'),
    },
    password: {
      flag: `(${secretHint('workspace-admin-password')})`,
      given: await readSecret('workspace-admin-password', flags, context),
      ask: (prompts) => prompts.secret('Password of that admin:'),
    },
  };
}

/** The second factor of that admin; undefined where nobody is there to give one. */
export async function secondFactor(
  flags: Given,
  context: CommandContext,
  { interactive }: Pick<Settings, 'interactive'>,
): Promise<Secret | undefined> {
  const given = await readSecret('two-factor-code', flags, context);
  if (given !== undefined || !interactive) return given;
  return await context.prompts.secret('Two-factor code:');
}
