/** The parts of an `m.room.message` that carry its text. */
export interface MatrixMessage {
  readonly body: string;
  readonly formatted_body?: string | undefined;
  readonly format?: string | undefined;
  readonly msgtype: string;
}

/** A Matrix event has at most 65,536 bytes; what is longer was made by nobody's client. */
const HTML_LENGTH = 100_000;

/** The HTML of a message, or undefined when it has none that is to be read. */
export function htmlOf(message: MatrixMessage): string | undefined {
  const html = message.format === 'org.matrix.custom.html' ? (message.formatted_body ?? '') : '';
  return html === '' || html.length > HTML_LENGTH ? undefined : html.toWellFormed();
}

/** Clients from before spec v1.13 quote the message they reply to: `> <@alice:example.org> …`, then an empty line. */
export function withoutReplyFallback(body: string): string {
  return /^> (?:\* )?<@[^>\n]+>/.test(body) ? body.replace(/^(?:>[^\n]*\n)+\n?/, '') : body;
}
