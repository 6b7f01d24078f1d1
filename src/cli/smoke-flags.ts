import * as Flags from '@oclif/core/flags';
import type { OptionFlag } from '@oclif/core/interfaces';
import { durationFlag } from './global-flags.ts';
import { profileFlags } from './profile-flags.ts';
import { secretFlags } from './secret-flags.ts';

/** They mean what they mean in a profile; the accounts are the test's own. */
const shared = ['workspace-url', 'homeserver-url', 'server-name', 'prefix'] as const;
const fromProfile = Object.fromEntries(shared.map((name) => [name, profileFlags[name]])) as Record<
  (typeof shared)[number],
  OptionFlag<string | undefined>
>;

/** Flags of `federation smoke`. */
export const smokeFlags = {
  ...fromProfile,
  'smoke-workspace-user-id': Flags.string({
    summary: 'User id of an ordinary account on the workspace.',
    env: 'RCFED_SMOKE_WORKSPACE_USER_ID',
    helpValue: 'ID',
  }),
  ...secretFlags('smoke-workspace-token', 'personal access token of that account'),
  ...secretFlags('smoke-homeserver-token', 'access token of an ordinary Matrix account'),
  room: Flags.string({
    summary: 'Send through this linked room instead of a direct message: its name in Rocket.Chat.',
    env: 'RCFED_ROOM',
    helpValue: 'CHANNEL',
    dependsOn: ['matrix-room'],
  }),
  'matrix-room': Flags.string({
    summary: 'Alias or id of that room on Matrix.',
    env: 'RCFED_MATRIX_ROOM',
    helpValue: 'ALIAS',
    dependsOn: ['room'],
  }),
  'new-room': Flags.boolean({
    summary: 'Begin a new direct message instead of using that of earlier runs.',
    env: 'RCFED_NEW_ROOM',
    exclusive: ['room'],
  }),
  timeout: durationFlag({
    summary: 'How long each message may take. Default: 30s.',
    env: 'RCFED_TIMEOUT',
  }),
  grace: durationFlag({
    summary: 'How much longer than --timeout to wait, to tell late from lost. Default: 15s.',
    env: 'RCFED_GRACE',
  }),
  format: Flags.option({
    summary: 'How the report is written.',
    env: 'RCFED_FORMAT',
    options: ['human', 'json', 'junit'] as const,
  })(),
  output: Flags.string({
    summary: 'Write the report into this file, and the human one to stdout.',
    env: 'RCFED_OUTPUT',
    helpValue: 'FILE',
  }),
};
