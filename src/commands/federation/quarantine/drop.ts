import { asideId } from '../../../cli/aside-id.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../../cli/dry-run.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import { RcfedError } from '../../../lib/core/errors.ts';

interface QuarantineDropData extends Planned {
  readonly id: number;
  /** False: it was not set aside any more. */
  readonly changed: boolean;
}

export default class QuarantineDrop extends ServiceCommand<typeof QuarantineDrop, QuarantineDropData> {
  static override summary = 'Give up an event that is set aside.';
  static override description = 'It never reaches the other side, nor do changes of it.';
  static override examples = ['<%= config.bin %> federation quarantine drop 42 --yes'];
  static override schema = 'federation-quarantine-drop/1' as const;
  static override args = { id: asideId };
  static override flags = dryRunFlag;

  protected async execute(): Promise<CommandResult<QuarantineDropData>> {
    const { id } = this.args;
    const dryRun = this.flags['dry-run'];
    if (!dryRun && !(await this.confirm(`Give up event ${id}? It can't be brought back.`)))
      throw new RcfedError('RCFED_DECLINED', `Event ${id} stays set aside`);
    const { changed, wasAside } = await this.withService((service) => service.dropAside({ id, dryRun }));
    const plan = [wasAside ? `- event ${id}, for good` : `= event ${id} is not set aside`];
    const said = changed ? `Event ${id} is given up.` : `Event ${id} is not set aside any more.`;
    return { data: { id, changed, dryRun, plan }, view: dryRun ? dryRunView(plan) : [said] };
  }
}
