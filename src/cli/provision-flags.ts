import * as Flags from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import { MODES } from '../lib/provision/mode.ts';
import { bridgeUrlFlag } from './bridge-url-flag.ts';
import { durationFlag } from './global-flags.ts';
import { profileFlags } from './profile-flags.ts';
import { secretFlags } from './secret-flags.ts';
import { ephemeralFlag, setupFileFlags } from './setup-file-flags.ts';
import { workspaceAdminFlags } from './workspace-admin-flags.ts';

const picked = [
  'workspace-url',
  'homeserver-url',
  'server-name',
  'prefix',
  'listen',
  'direct-webhook',
  'workspace-user-id',
] as const;
const fromProfile: FlagInput = Object.fromEntries(
  picked.flatMap((name) => (profileFlags[name] ? [[name, profileFlags[name]]] : [])),
);

export const provisionFlags = {
  mode: Flags.option({ options: MODES })({
    summary:
      "bridge: rcfed's own, any version and plan. native: Rocket.Chat itself, from 7.11 on with the licence. legacy: its own bridge, up to 7.10. Default: bridge.",
    env: 'RCFED_MODE',
  }),
  ...fromProfile,
  ...secretFlags('workspace-token', "personal access token of the bridge's account, where it is made by hand"),
  ...secretFlags('homeserver-admin-token', 'access token of an administrator of the homeserver'),
  ...workspaceAdminFlags,
  'bot-username': Flags.string({
    summary: "User name of the bridge's account. Default: rcfed.",
    env: 'RCFED_BOT_USERNAME',
    helpValue: 'USERNAME',
  }),
  'bridge-url': bridgeUrlFlag({
    summary: 'Where the homeserver reaches the bridge, if not where it listens.',
    env: 'RCFED_BRIDGE_URL',
  }),
  'allow-servers': Flags.string({
    summary: 'With --mode native: let only these domains in, and what is below them.',
    env: 'RCFED_ALLOW_SERVERS',
    helpValue: 'DOMAIN,…',
    multiple: true,
    delimiter: ',',
  }),
  'federation-roles': Flags.string({
    summary: 'With --mode native: the roles that may take part (access-federation).',
    env: 'RCFED_FEDERATION_ROLES',
    helpValue: 'ROLE,…',
    multiple: true,
    delimiter: ',',
  }),
  'read-receipts': Flags.boolean({
    summary: 'Switch on in Rocket.Chat that it is kept who has read what, for receipts on Matrix.',
    env: 'RCFED_READ_RECEIPTS',
  }),
  loosen: Flags.boolean({
    summary: 'Let settings of the workspace allow more than now, where that helps the bridge.',
    env: 'RCFED_LOOSEN',
  }),
  'keep-settings': Flags.boolean({
    summary: 'Change no setting and no permission of the workspace.',
    env: 'RCFED_KEEP_SETTINGS',
    exclusive: ['loosen', 'read-receipts'],
  }),
  out: Flags.string({
    summary: 'Folder for registration.yaml and the files to run the bridge with. Default: the current one.',
    env: 'RCFED_OUT',
    helpValue: 'FOLDER',
  }),
  ...setupFileFlags,
  ephemeral: ephemeralFlag,
  replace: Flags.boolean({
    summary: 'Replace a registration or profile that says something else, and files that were changed by hand.',
    env: 'RCFED_REPLACE',
  }),
  wait: durationFlag({
    summary:
      'Wait so long until the homeserver has loaded the registration, and exit with 8 if it has not; then prove it by a message each way, where the bridge runs and RCFED_SMOKE_… are set.',
    env: 'RCFED_WAIT',
  }),
  'new-homeserver': Flags.boolean({
    summary:
      'There is none yet: explain how to come by one, write its files for Docker, Debian and Helm, and set up what needs none.',
    env: 'RCFED_NEW_HOMESERVER',
  }),
  check: Flags.boolean({
    summary: 'Only compare, and exit with 1 if something is not as it would be set up.',
    env: 'RCFED_CHECK',
    exclusive: ['dry-run'],
  }),
  'dry-run': Flags.boolean({ summary: 'Print what would be done, and do nothing.', env: 'RCFED_DRY_RUN' }),
};
