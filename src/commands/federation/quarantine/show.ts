import { asideId } from '../../../cli/aside-id.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import type { AsideView } from '../../../lib/bridge/service/views.ts';

interface QuarantineShowData extends AsideView {
  /** As it was received; absent once it was dropped. */
  readonly body?: unknown;
}

export default class QuarantineShow extends ServiceCommand<typeof QuarantineShow, QuarantineShowData> {
  static override summary = 'Show one event that is set aside, and why.';
  static override description = 'With the event as it was received: it may hold the text of a message.';
  static override examples = ['<%= config.bin %> federation quarantine show 42'];
  static override schema = 'federation-quarantine-show/1' as const;
  static override args = { id: asideId };

  protected async execute(): Promise<CommandResult<QuarantineShowData>> {
    const event = await this.withService((service) => service.showAside({ id: this.args.id }));
    const { id, side, room, type, ref, reason, detail, since, senderTold, body } = event;
    return {
      data: event,
      view: [
        `Event ${id}: ${type} ${ref} from ${side === 'workspace' ? 'Rocket.Chat' : 'Matrix'}${room === undefined ? '' : `, room ${room}`}`,
        `Set aside since ${since}: ${reason}${detail === '' ? '' : ` (${detail})`}`,
        `The sender ${senderTold ? 'was told' : 'was not told'}.`,
        body === undefined ? 'Its content is not kept any more.' : JSON.stringify(body, undefined, 2),
      ],
    };
  }
}
