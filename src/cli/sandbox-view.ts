import { dirname, join, resolve } from 'node:path';
import { shellWord } from '../lib/core/shell-word.ts';
import type { BridgeView, SandboxView } from '../sandbox/up.ts';

/** What a person needs to go on with a sandbox: addresses, accounts, and a first thing to do. */
export function describedSandbox(view: SandboxView, registration: string | undefined): string {
  const { url, version, admin } = view.workspace;
  const { homeserver, bridge } = view;
  return [
    `Workspace   ${url} (behaves as Rocket.Chat ${version})`,
    `            admin ${admin.username}, password ${admin.password}`,
    `            user id ${admin.userId}, token ${admin.token}`,
    `Homeserver  ${homeserver.url} for ${homeserver.serverName}`,
    `            admin token ${homeserver.adminToken}`,
    ...(bridge === null ? withoutBridge(view, registration) : withBridge(bridge)),
    '',
    'Everything here is gone when this ends: ^C.',
  ].join('\n');
}

function withBridge({ url, pid, account, profile, registration, environment }: BridgeView): readonly string[] {
  return [
    `Bridge      ${url}, process ${pid}`,
    `            provisioned: account ${account} in Rocket.Chat, profile ${profile},`,
    `            registration ${registration}, which the homeserver has read`,
    '',
    'Try this in another terminal:',
    ...exports(environment),
    '  rcfed rooms link general --new',
    '  rcfed federation status',
  ];
}

/** The commands that lead from two servers to a bridge of one's own, which leaves other profiles alone. */
function withoutBridge({ workspace, homeserver }: SandboxView, registration: string | undefined): readonly string[] {
  const port = (url: string): string => new URL(url).port;
  // Another sandbox has other rooms: what a bridge of it has stored would be about nothing here.
  const folder =
    registration === undefined ? resolve(`rcfed-sandbox-${port(homeserver.url)}`) : dirname(resolve(registration));
  const file = registration === undefined ? join(folder, 'registration.yaml') : resolve(registration);
  const handOver = [
    'Give its registration to this homeserver:',
    `  curl --data-binary @${shellWord(file)} ${homeserver.url}/_sandbox/registrations`,
    'or, to have it there from the start, end this and provision again after:',
    `  ${command(
      `rcfed sandbox up --no-bridge --registration ${shellWord(file)} --server-name ${homeserver.serverName}`,
      `--workspace-port ${port(workspace.url)} --homeserver-port ${port(homeserver.url)}`,
    )}`,
  ];
  return [
    registration === undefined
      ? 'Bridge      none (--no-bridge)'
      : `Bridge      yours (--no-bridge); the homeserver has read ${file}`,
    '',
    'Set one up, in another terminal:',
    ...exports({ RCFED_CONFIG_DIR: folder, RCFED_DATA_DIR: folder }),
    ...exports({ RCFED_WORKSPACE_ADMIN_PASSWORD: workspace.admin.password }),
    `  ${command(
      'rcfed federation provision --profile sandbox --no-input',
      `--workspace-url ${workspace.url} --workspace-admin ${shellWord(workspace.admin.username)}`,
      `--homeserver-url ${homeserver.url} --server-name ${homeserver.serverName}`,
      `--out ${shellWord(folder)}`,
    )}`,
    ...(registration === undefined ? handOver : []),
    'Run it, and link a room from a third terminal with the same variables:',
    '  rcfed federation run --profile sandbox',
    '  rcfed rooms link general --new --profile sandbox',
  ];
}

const command = (...parts: readonly string[]): string => parts.join(' ');

const exports = (variables: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(variables).map(([name, value]) => `  export ${name}=${shellWord(value)}`);
