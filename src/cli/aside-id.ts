import * as Args from '@oclif/core/args';

/** The argument of the quarantine commands. */
export const asideId = Args.integer({
  description: 'Id of the event, as federation quarantine list shows it.',
  required: true,
  min: 0,
});
