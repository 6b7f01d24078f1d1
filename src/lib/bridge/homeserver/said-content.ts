import type { MatrixText } from '../../format/lookups.ts';
import { asEvent } from '../../format/event-size.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import { withCards } from '../cards/to-matrix.ts';
import type { WorkspaceExtras } from '../events.ts';
import type { Work } from './acting.ts';
import { locationContent } from './location-content.ts';
import { type TextContent, textContent } from './text-content.ts';

/**
 * The content of a message without files. `times`: how often the event has its text, twice in an edit.
 *
 * @param at when it was written, ms.
 */
export async function saidContent(
  work: Work,
  speaker: MatrixApi,
  text: MatrixText,
  { extras, at, times = 1 }: { readonly extras: WorkspaceExtras; readonly at: number; readonly times?: number },
): Promise<TextContent> {
  const content = await textContent(work.parts, speaker, await wholeText(work, text, extras), times);
  if (content.msgtype !== 'm.text') return content;
  if (extras.location !== undefined) return locationContent(content, extras.location, at);
  return extras.isNotice ? { ...content, msgtype: 'm.notice' } : content;
}

/** A caption with the cards below it; what is too long for an event is shortened, for the event is that of the file. */
export async function captionText(
  work: Work,
  text: MatrixText,
  extras: WorkspaceExtras,
  times = 1,
): Promise<MatrixText> {
  const fitted = asEvent(await wholeText(work, text, extras), times);
  return fitted.kind === 'text' ? fitted.text : { body: fitted.opening };
}

async function wholeText(work: Work, text: MatrixText, { cards }: WorkspaceExtras): Promise<MatrixText> {
  return cards.length === 0 ? text : withCards(text, cards, (await work.settings()).siteUrl);
}
