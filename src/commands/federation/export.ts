import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { PersonalDataView, PersonalMessage } from '../../lib/bridge/service/personal-view.ts';
import type { BridgeService } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';

type Exported = Omit<PersonalDataView, 'messages' | 'edits'> & { readonly messages: readonly PersonalMessage[] };

interface FederationExportData extends Exported {
  readonly at: string;
}

export default class FederationExport extends ServiceCommand<typeof FederationExport, FederationExportData> {
  static override summary = 'Collect what the bridge has of a person, to answer their request for it.';
  static override description =
    'Their accounts on both sides, rooms, messages with text and names of files as Rocket.Chat has them now, reactions, polls, and what else the database of the bridge holds. Passwords and tokens are only said to be there.';
  static override examples = [
    "<%= config.bin %> federation export '@alice:example.org' --output alice.json",
    '<%= config.bin %> federation export @bob --json',
  ];
  static override schema = 'federation-export/1' as const;
  static override args = {
    person: Args.string({ description: 'Matrix id, or the name of a local account.', required: true }),
  };
  static override flags = {
    output: Flags.string({
      summary: 'File to write it to as JSON; it must not exist.',
      env: 'RCFED_OUTPUT',
      helpValue: 'FILE',
    }),
  };

  protected async execute(): Promise<CommandResult<FederationExportData>> {
    const { person } = this.args;
    const exported = await this.withService((service) => this.collected(service, person), `Collecting ${person}`);
    const { output } = this.flags;
    const data = { ...exported, at: new Date(this.context.clock.now()).toISOString() };
    const json = JSON.stringify(data, undefined, 2);
    if (output === undefined) return { data, view: [json] };
    await written(output, json);
    return { data, view: [`${data.messages.length} messages of ${data.person.matrixUserId} are in ${output}.`] };
  }

  private async collected(service: BridgeService, person: string): Promise<Exported> {
    const messages: PersonalMessage[] = [];
    const { messages: _, edits: __, ...known } = await service.personalData({ person });
    for (let next: string | null = ''; next !== null;) {
      this.context.signal.throwIfAborted();
      const page = await service.personalMessages({ person, after: next === '' ? undefined : next });
      messages.push(...page.messages);
      next = page.next;
    }
    return { ...known, messages };
  }
}

/** For its owner's eyes alone. */
async function written(path: string, json: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  try {
    await writeFile(path, `${json}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new RcfedError('RCFED_FILE_UNWRITABLE', `${path} cannot be written`, { cause: error });
  }
}
