/** Text as an event carries it. */
export interface FormattedText {
  readonly body: string;
  readonly format?: string | undefined;
  readonly formatted_body?: string | undefined;
}

/** All fields of an event with a text. */
export type FormattedContent = FormattedText & Record<string, unknown>;

/** One more line below a text; the line is plain. */
export function withLine<Text extends FormattedText>(text: Text, line: string): Text {
  const body = `${text.body}\n${line}`;
  return text.formatted_body === undefined
    ? { ...text, body }
    : { ...text, body, formatted_body: `${text.formatted_body}<br>${escapeHtml(line)}` };
}

/** Text between tags: quotes stay as they are. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
