import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type {
  EraseFailure,
  ErasedAccount,
  PersonalDataView,
  PersonIdentity,
} from '../../lib/bridge/service/personal-view.ts';
import type { BridgeService } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';

interface FederationEraseData {
  readonly person: PersonIdentity;
  readonly at: string;
  /** Nothing was removed: what would be is told. */
  readonly dryRun: boolean;
  /** False: there was nothing to remove. */
  readonly changed: boolean;
  readonly removed: {
    /** Messages, and edits of them where each is an event of its own. */
    readonly messages: number;
    readonly reactions: number;
    /** Null: an administrator of the homeserver has to do it. */
    readonly media: number | null;
    readonly account: ErasedAccount['account'];
    readonly records: number;
  };
  readonly failed: readonly EraseFailure[];
  readonly rooms: readonly string[];
  /** Who may keep copies of what was said. */
  readonly servers: readonly string[];
}

const NOTHING: FederationEraseData['removed'] = { messages: 0, reactions: 0, media: 0, account: 'none', records: 0 };

export default class FederationErase extends ServiceCommand<typeof FederationErase, FederationEraseData> {
  static override summary = 'Remove what the bridge carried of a person, and what it knows of them.';
  static override description =
    'Of a Matrix user: their messages, files, reactions and account in Rocket.Chat. Of a person of the workspace: what they wrote on Matrix, and the name, picture and rooms of their account there. Then all that the database of the bridge says of them. What they wrote on their own side stays; so do the ids of messages, which keep what is gone from coming back. The record that is printed says which servers may keep copies: a redaction asks them to remove theirs. Broken off, it goes on where it stopped when it is run again.';
  static override examples = [
    "<%= config.bin %> federation erase '@alice:example.org' --dry-run",
    "<%= config.bin %> federation erase '@alice:example.org' --yes --json > record.json",
    '<%= config.bin %> federation erase @bob',
  ];
  static override schema = 'federation-erase/1' as const;
  static override args = {
    person: Args.string({ description: 'Matrix id, or the name of a local account.', required: true }),
  };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Only say what would be removed.', env: 'RCFED_DRY_RUN' }),
  };

  protected async execute(): Promise<CommandResult<FederationEraseData>> {
    return this.withService(async (service) => {
      const { person } = this.args;
      const known = await service.personalData({ person });
      const at = new Date(this.context.clock.now()).toISOString();
      if (this.flags['dry-run']) return planned(known, at);
      const { matrixUserId } = known.person;
      const question = `Remove ${amount(known)} of ${matrixUserId}? They can't be brought back.`;
      if (!(await this.confirm(question))) throw new RcfedError('RCFED_DECLINED', `${matrixUserId} stays as they are`);
      return record(known, at, await this.erased(service, person, known));
    });
  }

  private async erased(
    service: BridgeService,
    person: string,
    known: PersonalDataView,
  ): Promise<Pick<FederationEraseData, 'removed' | 'failed'>> {
    const failed: EraseFailure[] = [];
    let removed = NOTHING;
    const { signal } = this.context;
    const messages = async (note: (text: string) => void): Promise<void> => {
      let next: string | null = '';
      while (next !== null) {
        signal.throwIfAborted();
        const page = await service.eraseMessages({ person, after: next === '' ? undefined : next });
        removed = { ...removed, messages: removed.messages + page.removed };
        failed.push(...page.failed);
        next = page.next;
        note(`${removed.messages} of ${known.messages + known.edits}`);
      }
    };
    const account = async (): Promise<void> => {
      const ended = await service.eraseAccount({ person });
      failed.push(...ended.failed);
      const { reactions, media, account: what, records } = ended;
      removed = { ...removed, reactions, media, account: what, records };
    };
    await this.progress.steps([
      { title: `Removing what ${person} wrote`, run: messages },
      { title: `Removing the account and the records of ${person}`, run: account },
    ]);
    return { removed, failed };
  }
}

const amount = ({ messages, edits, reactions }: PersonalDataView): string =>
  `${messages} messages, ${edits} edits and ${reactions.length} reactions`;

const roomsOf = ({ rooms }: PersonalDataView): readonly string[] => rooms.map(({ room }) => room);

function planned(known: PersonalDataView, at: string): CommandResult<FederationEraseData> {
  const { person, servers, warnings } = known;
  return {
    data: { person, at, dryRun: true, changed: false, removed: NOTHING, failed: [], rooms: roomsOf(known), servers },
    view: [
      `Would be removed of ${person.matrixUserId}: ${amount(known)}, in ${known.rooms.length} rooms.`,
      copiesOf(servers),
    ],
    warnings,
  };
}

function record(
  known: PersonalDataView,
  at: string,
  { removed, failed }: Pick<FederationEraseData, 'removed' | 'failed'>,
): CommandResult<FederationEraseData> {
  const { person, servers, warnings } = known;
  const changed = removed.messages + removed.reactions + removed.records > 0 || removed.account !== 'none';
  const { messages, reactions, media, account, records } = removed;
  return {
    data: { person, at, dryRun: false, changed, removed, failed, rooms: roomsOf(known), servers },
    view: [
      `${at}: removed of ${person.matrixUserId}: ${messages} messages and edits, ${reactions} reactions, ${media ?? 'no'} files on the homeserver, ${records} records of the bridge.`,
      ACCOUNTS[account],
      copiesOf(servers),
    ],
    warnings: [
      ...warnings,
      ...(media === null
        ? ['Their files stay on the homeserver: with the token of its administrator the bridge removes them too.']
        : []),
    ],
    ...(failed.length === 0 ? {} : { problem: partly(failed) }),
  };
}

const ACCOUNTS = {
  deleted: 'Their account in Rocket.Chat is deleted.',
  cleared: 'Their account on Matrix has no name, picture, device or room any more.',
  none: 'The bridge had no account for them.',
} as const;

const copiesOf = (servers: readonly string[]): string =>
  `Servers that may keep copies, besides those of people who left: ${servers.join(', ')}`;

const partly = (failed: readonly EraseFailure[]): RcfedError =>
  new RcfedError('RCFED_PARTLY_DONE', `${failed.length} of their messages or reactions could not be removed`, {
    why: `${failed[0]?.ref ?? ''}: ${failed[0]?.reason ?? ''}`,
  });
