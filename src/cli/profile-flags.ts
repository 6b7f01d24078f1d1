import * as Flags from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import { parseField, type ProfileField, profileFields, variableOf } from '../lib/config/profile-fields.ts';
import { secretFlags } from './secret-flags.ts';

/** A flag for each field of a profile; see profile-fields.ts. */
export const profileFlags: FlagInput = Object.assign(
  {},
  ...profileFields.filter(({ globalFlag }) => globalFlag !== true).map((field) => flagsOf(field)),
);

function flagsOf(field: ProfileField): FlagInput {
  if (field.secret === true) return secretFlags(field.name, field.summary);
  const summary = `${field.summary.charAt(0).toUpperCase()}${field.summary.slice(1)}.`;
  return {
    [field.name]: Flags.string({
      summary: field.default === undefined ? summary : `${summary} Default: ${field.default}.`,
      env: variableOf(field.name),
      ...(field.helpValue === undefined ? {} : { helpValue: field.helpValue }),
      ...(field.choices === undefined ? {} : { options: [...field.choices] }),
      parse: (text) => Promise.resolve(parseField(field, text)),
    }),
  };
}
