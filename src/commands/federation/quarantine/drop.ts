import { asideId } from '../../../cli/aside-id.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import { RcfedError } from '../../../lib/core/errors.ts';

interface QuarantineDropData {
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

  protected async execute(): Promise<CommandResult<QuarantineDropData>> {
    const { id } = this.args;
    if (!(await this.confirm(`Give up event ${id}? It can't be brought back.`)))
      throw new RcfedError('RCFED_DECLINED', `Event ${id} stays set aside`);
    const { changed } = await this.withService((service) => service.dropAside({ id }));
    return {
      data: { id, changed },
      view: [changed ? `Event ${id} is given up.` : `Event ${id} is not set aside any more.`],
    };
  }
}
