import { asideId } from '../../../cli/aside-id.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../../cli/dry-run.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';

interface QuarantineRetryData extends Planned {
  readonly id: number;
  /** False: it was not set aside any more. */
  readonly changed: boolean;
}

export default class QuarantineRetry extends ServiceCommand<typeof QuarantineRetry, QuarantineRetryData> {
  static override summary = 'Try an event again that is set aside.';
  static override description =
    'It comes after what was delivered meanwhile, and says so. Where no bridge runs it is tried at its next start.';
  static override examples = ['<%= config.bin %> federation quarantine retry 42'];
  static override schema = 'federation-quarantine-retry/1' as const;
  static override args = { id: asideId };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<QuarantineRetryData>> {
    const { id } = this.args;
    const dryRun = this.flags['dry-run'];
    const { changed, wasAside, running } = await this.withService(async (service, isRunning) => ({
      ...(await service.retryAside({ id, dryRun })),
      running: isRunning,
    }));
    const when = running ? 'now' : 'when the bridge runs';
    const plan = [wasAside ? `~ event ${id}: set aside → tried again ${when}` : `= event ${id} is not set aside`];
    const said = changed ? `Event ${id} is tried again ${when}.` : `Event ${id} is not set aside any more.`;
    return { data: { id, changed, dryRun, plan }, view: dryRun ? dryRunView(plan) : [said] };
  }
}
