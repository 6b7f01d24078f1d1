import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { loadKeyText } from '../../lib/config/key-file.ts';
import { loadAdminProfile } from '../../lib/config/load-profile.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';
import type { StoreReport } from '../../lib/store/check.ts';

export default class StoreCheck extends BaseCommand<typeof StoreCheck, StoreReport> {
  static override summary = "Look the bridge's database over.";
  static override description =
    'Changes nothing, and works while the bridge runs. Exits with 1 if something is broken.';
  static override examples = ['<%= config.bin %> store check', '<%= config.bin %> store check --json'];
  static override schema = 'store-check/1' as const;

  protected async execute(): Promise<CommandResult<StoreReport>> {
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const key = await loadKeyText(this.context);
    const { openStore } = await import('../../lib/store/open.ts');
    const { checkStore } = await import('../../lib/store/check.ts');
    const report = await this.progress.wait('Looking the store over', async () => {
      const store = await openStore({ url: profile.store.reveal(), key, clock: this.context.clock, migrate: false });
      try {
        return await checkStore(store);
      } finally {
        await store.close();
      }
    });
    const broken = report.findings.filter(({ severity }) => severity === 'broken');
    return {
      data: report,
      view: [
        table(
          [
            { title: 'Table', value: ([name]) => name },
            { title: 'Rows', value: ([, rows]) => rows },
          ],
          Object.entries(report.counts),
        ),
        ...report.findings.map(
          ({ severity, message, count, examples }) =>
            `${severity}: ${message} (${count}, such as ${examples.join(', ')})`,
        ),
        ...(report.findings.length === 0 ? ['Nothing is wrong.'] : []),
      ],
      ...(broken.length === 0
        ? {}
        : {
            problem: new RcfedError(
              'RCFED_STORE_DAMAGED',
              `The store has ${broken.length} broken ${broken.length === 1 ? 'thing' : 'things'}`,
            ),
          }),
    };
  }
}
