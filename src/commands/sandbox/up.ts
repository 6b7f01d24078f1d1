import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.ts';
import type { SchemaName } from '../../lib/output/envelope.ts';

const SCHEMA: SchemaName = 'sandbox-up/1';
const HIGHEST_PORT = 65_535;

const portFlag = (summary: string, env: string) =>
  Flags.integer({ summary, env, helpValue: 'PORT', min: 0, max: HIGHEST_PORT, default: 0 });

export default class SandboxUp extends BaseCommand<typeof SandboxUp, never> {
  static override summary = 'Run a workspace, a homeserver and a bridge to try things out with.';
  static override description =
    'Both servers live in this process, on this machine only, and everything they hold is gone when it ends (^C). The bridge is a process of its own, provisioned with a profile of its own: your profiles are not touched. With --no-bridge the homeserver takes the registration of another one while it runs: POST the file to /_sandbox/registrations.';
  static override examples = [
    '<%= config.bin %> sandbox up',
    '<%= config.bin %> sandbox up --workspace-port 3000 --homeserver-port 8008 --rocketchat-version 7.13',
    '<%= config.bin %> sandbox up --no-bridge --registration registration.yaml',
    '<%= config.bin %> sandbox up --no-bridge --json',
  ];
  static override schema = SCHEMA;
  static override flags = {
    'workspace-port': portFlag('Port of the workspace; 0 is any free one.', 'RCFED_WORKSPACE_PORT'),
    'homeserver-port': portFlag('Port of the homeserver; 0 is any free one.', 'RCFED_HOMESERVER_PORT'),
    'server-name': Flags.string({
      summary: 'Matrix domain of the homeserver.',
      env: 'RCFED_SERVER_NAME',
      helpValue: 'NAME',
      default: 'sandbox.test',
    }),
    'rocketchat-version': Flags.string({
      summary: 'Version of Rocket.Chat to behave as: 6.13, 7.13, 8.8 or 9.0.',
      env: 'RCFED_ROCKETCHAT_VERSION',
      helpValue: 'VERSION',
      default: '8.8.1',
    }),
    'admin-username': Flags.string({
      summary: "User name of the workspace's admin.",
      env: 'RCFED_ADMIN_USERNAME',
      helpValue: 'NAME',
      default: 'admin',
    }),
    'admin-password': Flags.string({
      summary: "Password of the workspace's admin; it protects nothing of worth.",
      env: 'RCFED_ADMIN_PASSWORD',
      helpValue: 'TEXT',
      default: 'sandbox-admin',
    }),
    'no-bridge': Flags.boolean({
      summary: 'Run the servers alone, and say how to set a bridge up by hand.',
      env: 'RCFED_NO_BRIDGE',
    }),
    registration: Flags.string({
      summary: 'Registration of a bridge of your own, which the homeserver reads when it starts.',
      env: 'RCFED_REGISTRATION',
      helpValue: 'FILE',
      dependsOn: ['no-bridge'],
    }),
  };

  protected async execute(): Promise<undefined> {
    const { sandboxUp } = await import('../../sandbox/up.ts');
    const { describedSandbox } = await import('../../cli/sandbox-view.ts');
    const { flags, context, settings } = this;
    const servers = {
      serverName: flags['server-name'],
      workspacePort: flags['workspace-port'],
      homeserverPort: flags['homeserver-port'],
      version: flags['rocketchat-version'],
      admin: { username: flags['admin-username'], password: flags['admin-password'] },
    };
    const { env, clock, signal } = context;
    // With --json there is one line, and it is the sandbox's own.
    const onBridgeLine = (line: string): void => (settings.json ? undefined : this.event({ schema: SCHEMA }, line));
    const registrationFile = flags.registration;
    const options = {
      servers,
      registrationFile,
      bridge: !flags['no-bridge'],
      env,
      clock,
      log: this.logger,
      signal,
      onBridgeLine,
    };
    await sandboxUp(options, (view) =>
      this.event({ schema: SCHEMA, event: 'ready', ...view }, describedSandbox(view, registrationFile)),
    );
  }
}
