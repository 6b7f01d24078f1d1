import * as Flags from '@oclif/core/flags';
import type { View } from '../lib/output/view.ts';

export const dryRunFlag = {
  'dry-run': Flags.boolean({ summary: 'Only say what would be done.', env: 'RCFED_DRY_RUN' }),
};

/** What a command adds to its result, so that a rehearsal and the real run read alike. */
export interface Planned {
  readonly dryRun: boolean;
  /** What is done, or would be; a line each: `+` comes, `-` goes, `~` becomes another, `=` is so already. */
  readonly plan: readonly string[];
}

/** What a person reads of a rehearsal. */
export const dryRunView = (plan: readonly string[]): View => [...plan, 'Nothing was changed.'];
