import { parseField, profileFields } from '../lib/config/profile-fields.ts';
import type { Question } from './answers.ts';

/** Asks for a field of a profile, in its own words, unless it is given. */
export function fieldQuestion(name: string, given: string | undefined): Question<string> {
  const field = profileFields.find((each) => each.name === name);
  if (field === undefined) throw new Error(`no profile field is called ${name}`);
  return {
    flag: `--${name}${field.helpValue === undefined ? '' : ` ${field.helpValue}`}`,
    given,
    ask: async (prompts) =>
      parseField(field, await prompts.text(`${field.summary.charAt(0).toUpperCase()}${field.summary.slice(1)}:`)),
  };
}
