import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { loadAdminProfile } from '../../lib/config/load-profile.ts';
import type { Backup } from '../../lib/store/backup.ts';

export default class StoreBackup extends BaseCommand<typeof StoreBackup, Backup> {
  static override summary = "Save a copy of the bridge's database.";
  static override description =
    'Works while the bridge runs. The file is for its owner alone; the key that its secrets are encrypted with is not in it, so save that too.';
  static override examples = ['<%= config.bin %> store backup --output rcfed-backup.db'];
  static override schema = 'store-backup/1' as const;
  static override flags = {
    output: Flags.string({ summary: 'File to write; it must not exist.', env: 'RCFED_OUTPUT', helpValue: 'FILE' }),
  };

  protected async execute(): Promise<CommandResult<Backup>> {
    const { output } = await this.ask({
      output: {
        flag: '--output FILE',
        given: this.flags.output,
        ask: (prompts) => prompts.text('File to write:', 'rcfed-backup.db'),
      },
    });
    const profile = await loadAdminProfile(this.context, this.settings.profile);
    const { backupStore } = await import('../../lib/store/backup.ts');
    const { resolve } = await import('node:path');
    const backup = await this.progress.wait('Saving the store', () =>
      backupStore({ url: profile.store.reveal(), target: resolve(output), env: this.context.env }),
    );
    return { data: backup, view: [`The store is saved in ${backup.target} (${backup.bytes} bytes).`] };
  }
}
