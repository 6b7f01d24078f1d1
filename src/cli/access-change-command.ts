import * as Args from '@oclif/core/args';
import type { Command } from '@oclif/core/command';
import type { AccessChangeView } from '../lib/bridge/service/views.ts';
import type { CommandResult } from './base-command.ts';
import { ServiceCommand } from './service-command.ts';

export type AccessChangeData = Omit<AccessChangeView, 'warnings'>;

/** Each command sets it itself: oclif's manifest loses the global flags of a base class that has statics of its own. */
export const patternArgs = {
  pattern: Args.string({
    description: 'A server name, or *. and a domain for every server below it.',
    required: true,
  }),
};

/** Base of the commands that change which servers are let in. */
export abstract class AccessChangeCommand<C extends typeof Command> extends ServiceCommand<C, AccessChangeData> {
  /** @param said what is said behind the pattern */
  protected async changed(
    change: 'allow' | 'block' | 'remove',
    said: { readonly changed: string; readonly already: string },
  ): Promise<CommandResult<AccessChangeData>> {
    const { pattern } = this.args as { readonly pattern: string };
    const { warnings, ...data } = await this.withService(
      (service) => service.changeAccess({ change, pattern }),
      'Changing the rules',
    );
    return { data, view: [`${data.pattern} ${data.changed ? said.changed : said.already}.`], warnings };
  }
}
