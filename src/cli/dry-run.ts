import * as Flags from '@oclif/core/flags';

export const dryRunFlag = {
  'dry-run': Flags.boolean({ summary: 'Only say what would be done.', env: 'RCFED_DRY_RUN' }),
};

/** What a command adds to its result, so that a rehearsal and the real run read alike. */
export interface Planned {
  readonly dryRun: boolean;
  /** What is done, or would be; a line each: `+` comes, `-` goes, `~` becomes another, `=` stays, `?` is not known before. */
  readonly plan: readonly string[];
}

/** What a person reads of a rehearsal. */
export const dryRunView = (plan: readonly string[]): string[] => [...plan, 'Nothing was changed.'];
