import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../cli/base-command.ts';
import { type Planned, dryRunFlag, dryRunView } from '../cli/dry-run.ts';
import { ServiceCommand } from '../cli/service-command.ts';
import { RcfedError } from '../lib/core/errors.ts';
import type { Prompts } from '../lib/output/prompts.ts';
import { parseSlash } from '../lib/slash/parse.ts';
import type { SlashAnswer } from '../lib/slash/slash-word.ts';

interface SlashData extends Pick<SlashAnswer, 'changed' | 'lines' | 'result'>, Partial<Planned> {
  /** Without the slash. */
  readonly command: string;
}

export default class Slash extends ServiceCommand<typeof Slash, SlashData> {
  static override summary = 'Do what a slash command of that name does in Rocket.Chat.';
  static override description =
    'Each is the same as the command of its name. Quotes and the slash itself may be left out.';
  static override examples = [
    '<%= config.bin %> slash /help',
    '<%= config.bin %> slash /federation dm @alice:example.org --as bob',
    '<%= config.bin %> slash /federation search cats',
    '<%= config.bin %> slash /invite @alice:example.org --room general',
    "<%= config.bin %> slash '/topic All about cats' --room general",
    '<%= config.bin %> slash /leave --room partners --dry-run',
  ];
  static override schema = 'slash/1' as const;
  static override strict = false;
  static override args = {
    command: Args.string({ description: 'The slash command with what follows it.', required: true }),
  };
  static override flags = {
    room: Flags.string({
      summary: 'Name or id of the Rocket.Chat room, or alias or id of its Matrix room: where it is said.',
      env: 'RCFED_ROOM',
      helpValue: 'ROOM',
    }),
    as: Flags.string({
      summary: 'Username of the one who says it; yourself, unless you are an administrator.',
      env: 'RCFED_AS',
      helpValue: 'USER',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<SlashData>> {
    const { as, 'dry-run': dryRun } = this.flags;
    const { word, words } = parseSlash(this.words.join(' '));
    const room = word.inRoom ? await this.room() : this.flags.room;
    if (word.asks !== undefined && !dryRun && !(await this.confirm(word.asks(room ?? ''))))
      throw new RcfedError('RCFED_DECLINED', `Nothing is done in ${room}`);
    const { lines, changed, result, warnings, problem } = await this.withRooms((service) =>
      word.run(words, { service, room, as, dryRun }),
    );
    return {
      data: { command: word.name, changed, lines, result, ...(dryRun && { dryRun, plan: lines }) },
      view: dryRun ? dryRunView(lines) : [...lines],
      ...(warnings === undefined ? {} : { warnings }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  private async room(): Promise<string> {
    const ask = (prompts: Prompts): Promise<string> => prompts.text('Room');
    return (await this.ask({ room: { flag: '--room ROOM', given: this.flags.room, ask } })).room;
  }
}
