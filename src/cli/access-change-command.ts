import * as Args from '@oclif/core/args';
import type { Command } from '@oclif/core/command';
import type { AccessChangeView, AccessList } from '../lib/bridge/service/views.ts';
import type { CommandResult } from './base-command.ts';
import { dryRunView, type Planned } from './dry-run.ts';
import { ServiceCommand } from './service-command.ts';

export type AccessChangeData = Omit<AccessChangeView, 'from' | 'to' | 'warnings'> & Planned;

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
    change: AccessList | 'remove',
    said: { readonly changed: string; readonly already: string },
  ): Promise<CommandResult<AccessChangeData>> {
    const { pattern } = this.args as { readonly pattern: string };
    const { 'dry-run': dryRun } = this.flags as { readonly 'dry-run': boolean };
    const { planned, result } = await this.withNotebook(async (service, notebook) => {
      const looked = await service.changeAccess({ change, pattern, dryRun: true });
      if (dryRun) return { planned: looked, result: looked };
      const act = () => service.changeAccess({ change, pattern });
      const done = await notebook.changing(entriesOf(looked), act, (entry, { changed }) =>
        changed ? entry : undefined,
      );
      return { planned: looked, result: done };
    }, 'Changing the rules');
    const plan = planOf(planned, said.already);
    const { from: _from, to: _to, warnings, ...view } = result;
    return {
      data: { ...view, dryRun, plan },
      view: dryRun ? dryRunView(plan) : [`${view.pattern} ${view.changed ? said.changed : said.already}.`],
      warnings,
    };
  }
}

const isSame = ({ from, to }: AccessChangeView): boolean => from.length === to.length;

const entriesOf = (looked: AccessChangeView) =>
  isSame(looked)
    ? []
    : [{ kind: 'access' as const, pattern: looked.pattern, from: [...looked.from], to: [...looked.to] }];

function planOf(looked: AccessChangeView, already: string): string[] {
  const { pattern, from, to } = looked;
  if (isSame(looked)) return [`= ${pattern} ${already}`];
  const line = (sign: string) => (list: AccessList) => `${sign} ${pattern} in the list of ${WHAT[list]} servers`;
  return [
    ...to.filter((list) => !from.includes(list)).map(line('+')),
    ...from.filter((list) => !to.includes(list)).map(line('-')),
  ];
}

const WHAT: Readonly<Record<AccessList, string>> = { allow: 'allowed', block: 'blocked' };
