import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { inChunks } from '../../cli/invite-people.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { VerifiedView } from '../../lib/bridge/service/views.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';

interface InviteVerifyData {
  readonly people: readonly VerifiedView[];
}

export default class InviteVerify extends ServiceCommand<typeof InviteVerify, InviteVerifyData> {
  static override summary = 'Say whether people are known on their Matrix servers.';
  static override description =
    'By their profiles. Some servers show none, so that an invitation to somebody unknown may still work. Exits with 1 unless everybody exists.';
  static override examples = ["<%= config.bin %> invite verify '@alice:example.org' '@bob:example.org'"];
  static override schema = 'invite-verify/1' as const;
  static override strict = false;
  static override args = {
    user: Args.string({ description: 'Matrix ids, one or more: @alice:example.org.', required: true }),
  };

  protected async execute(): Promise<CommandResult<InviteVerifyData>> {
    const people = await this.withService(
      (service) => inChunks(this.words, (users) => service.verify({ users })),
      'Looking at profiles',
    );
    const missing = people.filter(({ outcome }) => outcome !== 'exists');
    return {
      data: { people },
      view: [
        table(
          [
            { title: 'Person', value: ({ user }) => user },
            { title: 'Outcome', value: ({ outcome }) => outcome },
            { title: 'Name', value: ({ displayName }) => displayName },
            { title: 'Reason', value: ({ reason }) => reason },
          ],
          people,
        ),
      ],
      ...(missing.length === 0
        ? {}
        : {
            problem: new RcfedError('RCFED_PERSON_UNKNOWN', `${missing.length} of ${people.length} are not known`, {
              why: `${missing.map(({ user }) => user).join(', ')}.`,
            }),
          }),
    };
  }
}
