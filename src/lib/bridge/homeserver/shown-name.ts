import { escapeHtml } from '../../format/rendered.ts';
import { contentHash } from '../effect-ids.ts';
import type { WorkspaceAlias, WorkspaceAuthor } from '../events.ts';
import type { FormattedContent } from './formatted-text.ts';

/** Of UTF-8, for the name of a profile (MSC4144, "Field limits"). */
const NAME_BYTES = 255;

/** Under which name one message is shown. */
export interface ShownName {
  /** Clients group messages by it. */
  readonly id: string;
  readonly name: string;
  /** The picture of the account that sends it would be somebody else's. */
  readonly hasPicture: boolean;
}

/**
 * undefined: the account's own name. Bots and webhooks write under names of their choice; where the bot speaks
 * for a person, the message has that person's.
 */
export function shownName(
  author: WorkspaceAuthor,
  alias: WorkspaceAlias | undefined,
  asBot: boolean,
): ShownName | undefined {
  const name = alias === undefined ? '' : fitting(alias.name);
  if (alias !== undefined && name !== '') {
    return { id: contentHash(['alias', author.id, name]), name, hasPicture: alias.hasPicture };
  }
  const own = asBot ? fitting(author.name) || author.username : '';
  return own === '' ? undefined : { id: author.id, name: own, hasPicture: false };
}

/** MSC4144 under the prefix it has until it is accepted. */
const PROFILE = 'com.beeper.per_message_profile';

/**
 * The content of a message under another name. Most clients know nothing of such profiles: for them the name
 * stands before the text, where those who know them take it away again (MSC4144, "Fallbacks for old clients").
 * A file has to have its `filename`, for the fallback makes a caption of its body.
 */
export function underName(content: FormattedContent, shown: ShownName | undefined): FormattedContent {
  if (shown === undefined) return content;
  const { id, name, hasPicture } = shown;
  const html = content.formatted_body;
  const fallback = `<strong data-mx-profile-fallback>${escapeHtml(`${name}: `)}</strong>`;
  return {
    ...content,
    body: `${name}: ${content.body}`,
    ...(html === undefined ? {} : { formatted_body: `${fallback}${html}` }),
    // An empty address takes the account's picture away, so that clients draw one of the name.
    [PROFILE]: { id, displayname: name, ...(hasPicture ? { avatar_url: '' } : {}), has_fallback: true },
  };
}

/** The content without the profile: around an edit's new content it means nothing. */
export function withoutProfile(content: Record<string, unknown>): Record<string, unknown> {
  const { [PROFILE]: _, ...rest } = content;
  return rest;
}

/** In one line, without control characters and not longer than a profile's name may be. */
function fitting(name: string): string {
  const line = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  let fits = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(line)) {
    if (Buffer.byteLength(fits + segment) > NAME_BYTES) break;
    fits += segment;
  }
  return fits.trim();
}
