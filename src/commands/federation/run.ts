import * as Flags from '@oclif/core/flags';
import { BaseCommand } from '../../cli/base-command.ts';
import { secretFlags } from '../../cli/secret-flags.ts';
import { withReach } from '../../cli/reach.ts';
import { type RunLine, printedLine, RUN_SCHEMA, runLog } from '../../cli/run-lines.ts';
import { loadAdminProfile } from '../../lib/config/load-profile.ts';
import type { AdminProfile } from '../../lib/config/profile.ts';

export default class FederationRun extends BaseCommand<typeof FederationRun, never> {
  static override summary = 'Run the bridge in the foreground.';
  static override description =
    'Prints a line for each event that crosses, with --json an object. A server that does not work is waited for. The first ^C finishes what is under way, within 10 s; the second ends at once. Nothing is lost by either.';
  static override examples = [
    '<%= config.bin %> federation run',
    '<%= config.bin %> federation run --listen 0.0.0.0:29400 --admin 127.0.0.1:29401 --admin-token-file token',
    '<%= config.bin %> federation run --json',
  ];
  static override schema = RUN_SCHEMA;
  static override flags = {
    listen: Flags.string({
      summary: 'Where the homeserver reaches the bridge; 127.0.0.1:29400 unless the profile says otherwise.',
      env: 'RCFED_LISTEN',
      helpValue: 'HOST:PORT',
    }),
    admin: Flags.string({
      summary: 'Where the admin API listens besides its socket in the data folder, or the path of another socket.',
      env: 'RCFED_ADMIN',
      helpValue: 'ADDRESS',
    }),
    'room-ends': Flags.option({ options: ['close', 'keep', 'delete'] as const })({
      summary: 'What becomes of a room whose other side was deleted; close unless the profile says otherwise.',
      env: 'RCFED_ROOM_ENDS',
    }),
    presence: Flags.option({ options: ['true', 'false'] as const })({
      summary: 'Whether it is carried over who is online, away and busy; false unless the profile says otherwise.',
      env: 'RCFED_PRESENCE',
    }),
    ...secretFlags('admin-token', 'token of the admin API, where it is not a socket'),
  };

  protected async execute(): Promise<undefined> {
    await keepMemorySmall();
    const profile = await this.profile();
    const tell = (line: RunLine): void => this.tell(line);
    const logger = runLog(this.logger, this.settings.verbose, tell);
    await withReach(profile, { context: this.context, settings: this.settings, logger }, async (reach) => {
      const { serveBridge } = await import('../../lib/admin/serve-bridge.ts');
      tell({ event: 'connecting', workspace: profile.workspace.url, homeserver: profile.homeserver.url });
      await serveBridge(profile, reach, {
        onListening: (where) => tell({ event: 'listening', ...where }),
        onReady: (rooms) => tell({ event: 'ready', rooms }),
        onWaiting: ({ side, message }) => tell({ event: 'waiting', side, reason: message }),
        onStopping: () => tell({ event: 'stopping' }),
      });
    });
  }

  private async profile(): Promise<AdminProfile> {
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const admin = {
      address: this.flags.admin ?? profile.admin.address,
      token: (await this.secret('admin-token')) ?? profile.admin.token,
    };
    const { isLoopback, parseAdminAddress } = await import('../../lib/admin/address.ts');
    const address = parseAdminAddress(admin.address);
    if (address.kind === 'tcp' && !isLoopback(address.host))
      this.logger('warn', 'admin.plain', {
        address: admin.address,
        advice: 'tokens cross the network in the clear: put a proxy with TLS before it',
      });
    const { listen = profile.listen, presence, 'room-ends': roomEnds = profile.roomEnds } = this.flags;
    return {
      ...profile,
      listen,
      roomEnds,
      presence: presence === undefined ? profile.presence : presence === 'true',
      admin,
    };
  }

  /** Events are the result of this command; how it starts and ends is told beside it. */
  private tell(line: RunLine): void {
    const { object, text } = printedLine(line, this.context.clock);
    if (this.settings.json || line.event === 'row') this.event(object, text);
    else this.say(text);
  }
}

/**
 * A bridge makes much garbage and keeps little. As V8 comes, it lets the young and the old generation grow
 * to hundreds of megabytes before it collects, keeps the pages that it has freed, and optimises on several
 * threads, each with memory of its own that it never gives back. Measured: 245 MB become 200.
 * Without the middle compiler (`--no-maglev`) it would be 190, and a fifth slower.
 */
async function keepMemorySmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of [
    '--semi-space-growth-factor=1',
    '--max-semi-space-size=1',
    '--heap-growing-percent=15',
    '--decommit-pooled-pages',
    '--concurrent-turbofan-max-threads=1',
  ]) {
    setFlagsFromString(flag);
  }
}
