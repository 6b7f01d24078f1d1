import { type Fields, fieldsOf, listOf, textOf } from './fields.ts';

/**
 * The plain text of extensible events (MSC1767) in the spellings that are in use: `m.text` as a list of
 * representations, of which the first without another type than plain text counts, or as a string, and the
 * unstable string.
 */
export function extensibleText(fields: Fields): string | undefined {
  const stable = fields['m.text'];
  for (const one of listOf(stable)) {
    const { body, mimetype } = fieldsOf(one);
    if (typeof body === 'string' && (mimetype === undefined || mimetype === 'text/plain')) return body;
  }
  return textOf(stable) ?? textOf(fields['org.matrix.msc1767.text']);
}
