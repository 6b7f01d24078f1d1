import { type CommandResult } from '../../cli/base-command.ts';
import { roomTable } from '../../cli/room-table.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { RoomView } from '../../lib/bridge/service/views.ts';

interface RoomsListData {
  readonly rooms: readonly RoomView[];
}

export default class RoomsList extends ServiceCommand<typeof RoomsList, RoomsListData> {
  static override summary = 'List the federated rooms.';
  static override description = 'With the Matrix room each is linked with, how many events wait, and why they do.';
  static override examples = ['<%= config.bin %> rooms list', '<%= config.bin %> rooms list --json'];
  static override schema = 'rooms-list/1' as const;

  protected async execute(): Promise<CommandResult<RoomsListData>> {
    const rooms = await this.withService((service) => service.rooms());
    return {
      data: { rooms },
      view: [roomTable(rooms)],
      warnings: [
        ...(rooms.length === 0 ? ['No room is federated yet; link one with: rcfed rooms link ROOM --new'] : []),
        ...rooms.flatMap(({ room, problems }) => problems.map((problem) => `${room}: ${problem}`)),
      ],
    };
  }
}
