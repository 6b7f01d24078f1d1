import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { shellWord } from '../../../lib/core/shell-word.ts';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import type { MembersView, MemberView } from '../../../lib/bridge/service/members-view.ts';
import type { BridgeService } from '../../../lib/bridge/service/views.ts';
import { table } from '../../../lib/output/table.ts';

const DEFAULT_LIMIT = 100;
/** People in one request to the bridge. */
const CHUNK = 100;

export default class RoomsMembersList extends ServiceCommand<typeof RoomsMembersList, MembersView> {
  static override summary = 'List the people in a federated room.';
  static override description =
    'Each once, where they belong: first those of Rocket.Chat, then those of Matrix; with the account that stands for them on the other side. Bots of the bridge are left out.';
  static override examples = [
    '<%= config.bin %> rooms members list general',
    '<%= config.bin %> rooms members list general --all --json',
  ];
  static override schema = 'rooms-members-list/1' as const;
  static override args = {
    room: Args.string({
      description: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room.',
      required: true,
    }),
  };
  static override flags = {
    limit: Flags.integer({
      summary: `At most so many people. Default: ${DEFAULT_LIMIT}.`,
      env: 'RCFED_LIMIT',
      helpValue: 'N',
      min: 1,
    }),
    all: Flags.boolean({ summary: 'Everybody, however many there are.', env: 'RCFED_ALL', exclusive: ['limit'] }),
    page: Flags.string({
      summary: 'Go on where the last list ended; what to write here is said at its end.',
      env: 'RCFED_PAGE',
      helpValue: 'TOKEN',
    }),
  };

  protected async execute(): Promise<CommandResult<MembersView>> {
    const { room } = this.args;
    const { all, limit = DEFAULT_LIMIT, page } = this.flags;
    const most = all ? Number.POSITIVE_INFINITY : limit;
    const found = await this.withService((service) => membersUpTo(service, room, most, page), `Listing ${room}`);
    const hints =
      found.next === null
        ? []
        : [`More: ${this.config.bin} rooms members list ${shellWord(room)} --page ${shellWord(found.next)}`];
    return { data: found, view: [viewOf(found.members)], hints };
  }
}

async function membersUpTo(
  service: Pick<BridgeService, 'members'>,
  room: string,
  most: number,
  from: string | undefined,
): Promise<MembersView> {
  const members: MemberView[] = [];
  let page = from;
  for (;;) {
    const limit = Math.min(CHUNK, most - members.length);
    const part = await service.members({ room, limit, ...(page === undefined ? {} : { page }) });
    members.push(...part.members);
    if (part.next === null || members.length >= most) return { room: part.room, members, next: part.next };
    page = part.next;
  }
}

const viewOf = (members: readonly MemberView[]) =>
  table(
    [
      { title: 'Person', value: ({ user }) => user },
      { title: 'Name', value: ({ name }) => name },
      { title: 'Role', value: ({ role }) => role },
      { title: 'Membership', value: ({ membership }) => membership },
      { title: 'On the other side', value: ({ counterpart }) => counterpart ?? 'nobody yet' },
    ],
    members,
  );
