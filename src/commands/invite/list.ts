import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { InvitationsView } from '../../lib/bridge/service/invitations-view.ts';
import { table } from '../../lib/output/table.ts';

type InviteListData = Omit<InvitationsView, 'warnings'>;

export default class InviteList extends ServiceCommand<typeof InviteList, InviteListData> {
  static override summary = 'List invitations that nobody has answered yet.';
  static override description =
    'Received: into rooms on Matrix, for the bot to accept. Sent: people elsewhere who were asked into federated rooms.';
  static override examples = ['<%= config.bin %> invite list', '<%= config.bin %> invite list --json'];
  static override schema = 'invite-list/1' as const;

  protected async execute(): Promise<CommandResult<InviteListData>> {
    const { warnings, ...data } = await this.withService((service) => service.invitations(), 'Looking into the rooms');
    const lines = [
      ...data.received.map(({ roomId, name, inviter, since }) => ({
        way: 'received',
        room: name === null ? roomId : `${name} (${roomId})`,
        person: inviter,
        since,
      })),
      ...data.sent.map(({ room, user, since }) => ({ way: 'sent', room, person: user, since })),
    ];
    return {
      data,
      view: [
        table(
          [
            { title: 'Way', value: ({ way }) => way },
            { title: 'Room', value: ({ room }) => room },
            { title: 'Person', value: ({ person }) => person },
            { title: 'Since', value: ({ since }) => since },
          ],
          lines,
        ),
      ],
      warnings,
    };
  }
}
