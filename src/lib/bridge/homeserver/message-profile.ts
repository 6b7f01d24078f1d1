import { escapeHtml } from '../../format/rendered.ts';
import type { MatrixText } from '../events.ts';
import { type Fields, fieldsOf, textOf } from './fields.ts';

/** MSC4144 under its own name and under the one it has until it is accepted. */
const PROFILES = ['m.per_message_profile', 'com.beeper.per_message_profile'] as const;
/** What a name may take of a line; a sender may choose a longer one. */
const NAME_LENGTH = 255;
/** As MSC4144 has it: no other attribute, no tag within. */
const FALLBACK = /<strong\s+data-mx-profile-fallback(?:="")?\s*>[^<]*<\/strong\s*>/g;
const HTML = 'org.matrix.custom.html';

/**
 * A text with the name that its sender shows for this one message, as bots of other bridges do: bold, before the
 * text. Whose account it is must stay to be seen, so the name never takes the account's place.
 *
 * @param content of the event; of an edit its `m.new_content`.
 * @param fileName of a file's caption: a body that says no more than the file's name is no caption.
 */
export function withItsName(content: Fields, text: MatrixText, fileName?: string): MatrixText {
  const profile = PROFILES.map((key) => fieldsOf(content[key])).find(({ displayname }) => textOf(displayname));
  const given = textOf(profile?.['displayname']);
  if (profile === undefined || given === undefined) return text;
  const name = given.replaceAll(/\s+/g, ' ').trim().slice(0, NAME_LENGTH).toWellFormed();
  if (name === '') return text;
  const { body, html } = profile['has_fallback'] === true ? withoutFallback(text, given) : own(text);
  if (body === '' || body === fileName) return named(text, name, '', undefined);
  return named(text, name, body, html);
}

interface Own {
  readonly body: string;
  readonly html: string | undefined;
}

const own = ({ body, format, formatted_body: html }: MatrixText): Own => ({
  body,
  html: format === HTML ? html : undefined,
});

function withoutFallback(text: MatrixText, name: string): Own {
  const { body, html } = own(text);
  const prefix = `${name}: `;
  return { body: body.startsWith(prefix) ? body.slice(prefix.length) : body, html: html?.replace(FALLBACK, '') };
}

function named(text: MatrixText, name: string, body: string, html: string | undefined): MatrixText {
  const bold = `<strong>${escapeHtml(name)}:</strong>`;
  const rest = html ?? escapeHtml(body).replaceAll('\n', '<br>');
  return {
    ...text,
    body: body === '' ? `${name}:` : `${name}: ${body}`,
    format: HTML,
    // Within the first paragraph, where there is one: the name is no line of its own.
    formatted_body: rest === '' ? bold : rest.replace(/^(\s*<p>)?/i, (begin) => `${begin}${bold} `),
  };
}
