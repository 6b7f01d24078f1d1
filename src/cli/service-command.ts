import type { Command } from '@oclif/core/command';
import type { BridgeService } from '../lib/bridge/service/views.ts';
import { loadProfile } from '../lib/config/load-profile.ts';
import type { Profile } from '../lib/config/profile.ts';
import type { Notebook } from '../lib/journal/notebook.ts';
import { BaseCommand } from './base-command.ts';
import { withReach } from './reach.ts';

/** Base of the commands that ask the bridge something, whether it runs or not. */
export abstract class ServiceCommand<C extends typeof Command, Data> extends BaseCommand<C, Data> {
  /**
   * Hands over the service of the profile's bridge; see `connectService`.
   * @param title said while it lasts; leave it out for what takes no time
   */
  protected async withService<Result>(
    use: (service: BridgeService, running: boolean) => Promise<Result>,
    title?: string,
  ): Promise<Result> {
    const profile = await loadProfile(this.context, this.settings.profile);
    return await this.serving(profile, use, title);
  }

  /** As {@link withService}, with what the command writes down in what it changes, for `federation rollback`. */
  protected async withNotebook<Result>(
    use: (service: BridgeService, notebook: Notebook, running: boolean) => Promise<Result>,
    title?: string,
  ): Promise<Result> {
    const profile = await loadProfile(this.context, this.settings.profile);
    const { notebookOf } = await import('../lib/journal/notebook.ts');
    const { name, kind, workspace } = profile;
    const notebook = notebookOf(this.context, { name, kind, workspace: workspace.url });
    return await this.serving(profile, (service, running) => use(service, notebook, running), title);
  }

  /** As {@link withService}, with what it does to rooms written down. */
  protected withRooms<Result>(use: (service: BridgeService) => Promise<Result>, title?: string): Promise<Result> {
    return this.withNotebook(async (service, notebook) => {
      const { journaledRooms } = await import('../lib/journal/journaled-rooms.ts');
      return await use(journaledRooms(service, notebook));
    }, title);
  }

  private async serving<Result>(
    profile: Profile,
    use: (service: BridgeService, running: boolean) => Promise<Result>,
    title: string | undefined,
  ): Promise<Result> {
    const command = { context: this.context, settings: this.settings, logger: this.logger };
    return await withReach(profile, command, async (reach) => {
      const { connectService } = await import('../lib/admin/connect.ts');
      const run = async (): Promise<Result> => {
        const connection = await connectService(profile, reach);
        try {
          return await use(connection.service, connection.running);
        } finally {
          await connection.close();
        }
      };
      return await (title === undefined ? run() : this.progress.wait(title, run));
    });
  }
}
