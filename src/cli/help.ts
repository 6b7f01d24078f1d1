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
}
