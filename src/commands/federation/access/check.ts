import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../../cli/base-command.ts';
import { ServiceCommand } from '../../../cli/service-command.ts';
import type { AccessCheckView } from '../../../lib/bridge/service/views.ts';
import { RcfedError } from '../../../lib/core/errors.ts';

export default class FederationAccessCheck extends ServiceCommand<typeof FederationAccessCheck, AccessCheckView> {
  static override summary = 'Say whether people of a Matrix server are let in, and which rule decides.';
  static override description = 'Exits with 4 if they are kept out.';
  static override examples = [
    '<%= config.bin %> federation access check example.org',
    "<%= config.bin %> federation access check '@alice:example.org'",
  ];
  static override schema = 'federation-access-check/1' as const;
  static override args = {
    server: Args.string({ description: 'A server name, or the id of somebody there.', required: true }),
  };

  protected async execute(): Promise<CommandResult<AccessCheckView>> {
    const verdict = await this.withService((service) => service.checkAccess({ server: this.args.server }));
    const { server, allowed, rule, why } = verdict;
    const because = {
      own: 'it is the homeserver itself',
      blocked: `${rule} is blocked`,
      allowed: `${rule} is allowed`,
      'not on the allow list': 'no allowed pattern fits',
      'no rule': 'no rule speaks of it',
    }[why];
    return {
      data: verdict,
      view: [`${server} is ${allowed ? 'let in' : 'kept out'}: ${because}.`],
      ...(allowed
        ? {}
        : {
            problem: new RcfedError('RCFED_SERVER_BLOCKED', `The access rules keep ${server} out`, {
              why: `${because}.`,
            }),
          }),
    };
  }
}
