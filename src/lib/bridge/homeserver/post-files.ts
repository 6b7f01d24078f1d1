import { mentionsContent } from '../../format/lookups.ts';
import { toMatrix } from '../../format/to-matrix.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { WorkspaceExtras, WorkspaceFile, WorkspaceMessagePosted } from '../events.ts';
import { bareType } from '../files/content-type.ts';
import type { FileRefusal } from '../files/limits.ts';
import { matrixFileContent } from '../files/matrix-file.ts';
import { sayInWorkspace } from '../notices/say.ts';
import { refusalText } from '../files/refusal-text.ts';
import { standInText } from '../files/stand-in.ts';
import { type CrossedFile, toHomeserver } from '../files/to-homeserver.ts';
import { type Thumbnail, thumbnailToHomeserver } from '../files/thumbnail.ts';
import { isRecording } from '../files/voice.ts';
import type { Outcome } from '../outcome.ts';
import { filePath } from '../workspace/message-files.ts';
import { type Work, entryOf, marked, markerOf, sendOnce, speakerFor, txnOf } from './acting.ts';
import { MARKER } from './event.ts';
import { type FormattedText, withLine } from './formatted-text.ts';
import { relatesTo, threadRootOf, withoutQuotes } from './quotes.ts';
import { captionText } from './said-content.ts';
import { shownName, underName } from './shown-name.ts';

interface Caption {
  readonly text: FormattedText;
  readonly mentions: Record<string, unknown>;
}

/** An event for each file of a message; the first one bears the caption. One that can't cross is named instead. */
export async function postFiles(work: Work, event: WorkspaceMessagePosted): Promise<Outcome> {
  const { parts, portal, row } = work;
  const speaker = await speakerFor(work, event.author);
  const at = Math.min(event.at, parts.clock.now());
  const { text: own, replyTo } = await withoutQuotes(work, event.text, event.quotes);
  const root = await threadRootOf(work, event.threadId);
  const caption = await captionOf(work, speaker, own === '' ? '' : marked(row, own), event.extras);
  const name = shownName(event.author, event.extras.alias, work.how.asBot);
  const ledger: LedgerEntry[] = [];
  for (const [part, file] of event.files.entries()) {
    const key = `file:${portal.id}:${event.version.id}:${file.id}:${speaker.userId}`;
    const wanted = { parts, inboxId: row.id, file, speaker, key };
    const crossed = await toHomeserver(wanted);
    const words = part === 0 ? caption : undefined;
    const bare =
      'why' in crossed
        ? await standIn(work, file, words)
        : shown(file, { ...crossed, thumbnail: await thumbnailToHomeserver(wanted) }, words);
    const content = underName(bare, name);
    const eventId = await sendOnce(
      work,
      speaker,
      txnOf(work, 'post', event.version.id, String(part), speaker.userId),
      { ...content, ...relatesTo(root, part === 0 ? replyTo : undefined), ...said(work, event, part) },
      at,
    );
    ledger.push({
      ...entryOf(portal, event.version.id, 'message', eventId, speaker.userId, event.author.id, at),
      part,
    });
    if ('why' in crossed) await tell(work, event, file, crossed);
  }
  const { id: messageId, hash, updatedAt } = event.version;
  return {
    outcome: 'relayed',
    ledger,
    snapshots: [{ messageId, portalId: portal.id, hash, updatedAt, deleted: false, lastEditTs: 0 }],
  };
}

/** undefined: there is none. */
async function captionOf(
  work: Work,
  speaker: MatrixApi,
  text: string,
  extras: WorkspaceExtras,
): Promise<Caption | undefined> {
  if (text.trim() === '' && extras.cards.length === 0) return undefined;
  const formatted = await toMatrix(text, await work.lookUp(work.portal, text, speaker.userId));
  return { text: await captionText(work, formatted.text, extras), mentions: mentionsContent(formatted.mentions) };
}

function shown(
  file: WorkspaceFile,
  crossed: CrossedFile & { readonly thumbnail: Thumbnail | undefined },
  caption: Caption | undefined,
) {
  const contentType = bareType(file.contentType);
  const { durationMs, waveform = [] } = crossed;
  return {
    ...matrixFileContent({
      ...crossed,
      fileName: file.name,
      contentType,
      voice: isRecording({ name: file.name, contentType }) ? { durationMs, waveform } : undefined,
      caption: caption && { body: caption.text.body, html: caption.text.formatted_body },
    }),
    'm.mentions': caption?.mentions ?? {},
  };
}

/** The text that names a file in its place, under its caption. */
async function standIn({ parts }: Work, file: WorkspaceFile, caption: Caption | undefined) {
  const link = await parts.files.publicAddress(filePath(file));
  const line = standInText({ fileName: file.name, size: file.size }, 'workspace', link);
  const text = caption === undefined ? { body: line } : withLine(caption.text, line);
  return { msgtype: 'm.text', ...text, 'm.mentions': caption?.mentions ?? {} };
}

const said = ({ parts }: Work, event: WorkspaceMessagePosted, part: number) => ({
  [MARKER]: markerOf(parts, event.version.id, part, event.version.updatedAt),
});

/** Its sender is told where they sent it, once. */
async function tell(
  work: Work,
  event: WorkspaceMessagePosted,
  file: WorkspaceFile,
  refusal: FileRefusal,
): Promise<void> {
  const text = refusalText(file.name, refusal, 'homeserver');
  await sayInWorkspace(work.parts, work.portal, `${event.version.id}:${file.id}`, text);
}
