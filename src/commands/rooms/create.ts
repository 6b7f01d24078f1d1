import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag, dryRunView } from '../../cli/dry-run.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { CreateView } from '../../lib/bridge/service/create-view.ts';
import { RcfedError } from '../../lib/core/errors.ts';

type RoomsCreateData = Omit<CreateView, 'warnings'>;

export default class RoomsCreate extends ServiceCommand<typeof RoomsCreate, RoomsCreateData> {
  static override summary = 'Create a federated room: a Rocket.Chat channel and its Matrix room.';
  static override description =
    'The bot makes both rooms and stays their owner; --owner names somebody who owns them as well. Colleagues are members at once, people elsewhere are invited. A channel is listed in the room directory of the homeserver, a private group never. Run again after a failure: what was made is found, what is missing is done.';
  static override examples = [
    '<%= config.bin %> rooms create our-team',
    "<%= config.bin %> rooms create our-team --private --member bob --member '@alice:example.org'",
    "<%= config.bin %> rooms create our-team --topic 'All about us' --owner bob --unlisted",
    '<%= config.bin %> rooms create our-team --alias rc_team --version 11 --dry-run',
  ];
  static override schema = 'rooms-create/1' as const;
  static override args = {
    name: Args.string({ description: 'Name of the Rocket.Chat room.', required: true }),
  };
  static override flags = {
    private: Flags.boolean({
      summary: 'Make a private group, whose history only members see.',
      env: 'RCFED_PRIVATE',
    }),
    topic: Flags.string({ summary: 'What the room is about.', env: 'RCFED_TOPIC', helpValue: 'TEXT' }),
    member: Flags.string({
      summary: 'Username, or Matrix id of somebody elsewhere; may be given several times.',
      env: 'RCFED_MEMBER',
      helpValue: 'USER',
      multiple: true,
    }),
    owner: Flags.string({
      summary: 'Username of who owns the room besides the bot.',
      env: 'RCFED_OWNER',
      helpValue: 'USER',
    }),
    version: Flags.string({
      summary: "Version of the Matrix room; unset: the homeserver's own choice.",
      env: 'RCFED_VERSION',
      helpValue: 'N',
    }),
    unlisted: Flags.boolean({ summary: 'Keep a channel out of the room directory.', env: 'RCFED_UNLISTED' }),
    alias: Flags.string({
      summary: "Alias of the Matrix room, below the bridge's prefix; unset: made of the name.",
      env: 'RCFED_ALIAS',
      helpValue: 'NAME',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<RoomsCreateData>> {
    const { name } = this.args;
    const { member, 'dry-run': dryRun, private: isPrivate, topic, owner, alias, unlisted, version } = this.flags;
    const wanted = { name, private: isPrivate, topic, members: member, owner, version, unlisted, alias, dryRun };
    const { warnings, ...data } = await this.withRooms((rooms) => rooms.create(wanted), `Creating ${name}`);
    const refused = data.people.filter(({ outcome }) => outcome === 'refused');
    return {
      data,
      view: dryRun ? dryRunView(data.plan) : [said(data)],
      warnings,
      ...(refused.length === 0
        ? {}
        : {
            problem: notInvited(
              refused.map(({ user }) => user),
              name,
            ),
          }),
    };
  }
}

function said({ room, changed, people }: RoomsCreateData): string {
  const where = `${room?.room} is federated as ${room?.alias ?? room?.matrixRoomId}`;
  if (!changed) return `${where} already.`;
  const invited = people.filter(({ outcome }) => outcome === 'invited').length;
  return invited === 0 ? `${where}.` : `${where}; ${invited} invited.`;
}

const notInvited = (users: readonly string[], room: string): RcfedError =>
  new RcfedError('RCFED_PARTLY_DONE', `${room} is made, but ${users.length} could not be invited`, {
    why: `${users.join(', ')}.`,
  });
