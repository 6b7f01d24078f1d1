import type { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import type { OutputStream } from '../lib/output/streams.ts';

/** oclif's help, printed where the context says. */
export class ContextHelp extends Help {
  readonly #stdout: OutputStream;

  constructor(config: Config, stdout: OutputStream) {
    super(config, { hideAliasesFromRoot: true });
    this.#stdout = stdout;
  }

  protected override log(...lines: string[]): void {
    this.#stdout.write(`${lines.join(' ')}\n`);
  }

  /** The completion plugin is loaded only for its own command, so oclif does not know of it here. */
  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    this.log(
      this.section('COMPLETION', 'rcfed autocomplete  Complete commands and flags in bash, zsh and PowerShell.'),
    );
    this.log('');
  }
}
