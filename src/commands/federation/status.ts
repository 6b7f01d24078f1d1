import { durationFlag } from '../../cli/global-flags.ts';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { SideView, StatusView } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';
import type { View } from '../../lib/output/view.ts';

/** People who are no admins are told the first part only. */
type Status = Pick<StatusView, 'running' | 'workspace' | 'homeserver' | 'rooms'> & Partial<StatusView>;

interface FederationStatusData extends Status {
  /** It runs and both servers work. */
  readonly ready: boolean;
}

const LOOK_MS = 500;

export default class FederationStatus extends ServiceCommand<typeof FederationStatus, FederationStatusData> {
  static override summary = 'Say how the bridge is doing.';
  static override description =
    'Asks the running bridge; where none runs, its store. Exits with 0 in both cases, and with 8 if --wait-ready passes in vain.';
  static override examples = [
    '<%= config.bin %> federation status',
    '<%= config.bin %> federation status --wait-ready 60',
    '<%= config.bin %> federation status --json',
  ];
  static override schema = 'federation-status/1' as const;
  static override flags = {
    'wait-ready': durationFlag({
      summary: 'Wait so long until the bridge runs and both servers work; a bare number is seconds.',
      env: 'RCFED_WAIT_READY',
    }),
  };

  protected async execute(): Promise<CommandResult<FederationStatusData>> {
    const waitMs = this.flags['wait-ready'];
    const status = await (waitMs === undefined ? this.look() : this.waited(waitMs));
    const ready = isReady(status);
    return {
      data: { ready, ...status },
      view: viewOf(status),
      ...(waitMs === undefined || ready ? {} : { problem: notReady(status) }),
    };
  }

  private look(): Promise<Status> {
    return this.withService((service): Promise<Status> => service.status());
  }

  private async waited(ms: number): Promise<Status> {
    const { clock, signal } = this.context;
    const giveUpAt = clock.now() + ms;
    return await this.progress.wait('Waiting for the bridge', async () => {
      for (;;) {
        const status = await this.look().catch((error: unknown) => starting(error, clock.now() >= giveUpAt));
        if (status !== undefined && (isReady(status) || clock.now() >= giveUpAt)) return status;
        await clock.sleep(Math.min(LOOK_MS, Math.max(1, giveUpAt - clock.now())), signal);
      }
    });
  }
}

/** While it is started or stopped, lock and admin API may change between two looks. */
function starting(error: unknown, last: boolean): undefined {
  if (!last && error instanceof RcfedError && ['RCFED_BRIDGE_UNREACHABLE', 'RCFED_STORE_LOCKED'].includes(error.code))
    return undefined;
  throw error;
}

const isReady = ({ running, workspace, homeserver }: Status): boolean =>
  running && workspace?.works === true && workspace.realtime && homeserver?.works === true;

function notReady({ running, workspace, homeserver }: Status): RcfedError {
  const missing = [
    ...(running ? [] : ['No bridge runs']),
    ...(workspace === undefined || (workspace.works && workspace.realtime)
      ? []
      : [`the workspace: ${workspace.waitingFor ?? 'no live connection yet'}`]),
    ...(homeserver === undefined || homeserver.works
      ? []
      : [`the homeserver: ${homeserver.waitingFor ?? 'it does not work'}`]),
  ];
  return new RcfedError('RCFED_NOT_READY', 'The bridge is not ready yet', { why: `${missing.join('; ')}.` });
}

function viewOf(status: Status): View {
  const { relayed, people, waiting = [], setAside, blocked = 0 } = status;
  const lines: [string, string][] = [
    [
      'Bridge',
      status.running
        ? `running${status.listener === undefined ? '' : `, listens at ${status.listener}`}`
        : 'not running',
    ],
    ['Workspace', sideText(status.workspace, status.workspace?.realtime === false ? 'no live connection' : undefined)],
    ['Homeserver', sideText(status.homeserver)],
    ['Rooms', String(status.rooms)],
  ];
  if (relayed) lines.push(['Relayed', `${relayed.toMatrix} to Matrix, ${relayed.toWorkspace} to Rocket.Chat`]);
  if (people) lines.push(['External users', `${people.puppets} in Rocket.Chat, ${people.ghosts} on Matrix`]);
  if (setAside !== undefined) lines.push(['Set aside', String(setAside)]);
  if (blocked > 0) lines.push(['Blocked', `${blocked} events of servers that are not admitted`]);
  for (const { room, events, since } of waiting) lines.push(['Waiting', `${events} in ${room}, since ${since}`]);
  return [
    table(
      [
        { title: 'What', value: ([what]) => what },
        { title: 'State', value: ([, state]) => state },
      ],
      lines,
    ),
  ];
}

function sideText(side: SideView | undefined, missing?: string): string {
  if (side === undefined) return 'unknown while no bridge runs';
  if (!side.works)
    return `waited for${side.waitingFor === undefined ? '' : `: ${side.waitingFor}`}${side.since === undefined ? '' : `, since ${side.since}`}`;
  return missing ?? 'works';
}
