import type { MatrixText } from '../../format/lookups.ts';
import type { LedgerEntry } from '../../store/ledger-types.ts';
import type { WorkspaceMessageEdited } from '../events.ts';
import { standInText } from '../files/stand-in.ts';
import { filePath } from '../workspace/message-files.ts';
import { VOICE_FIELDS } from '../files/voice.ts';
import type { Work } from './acting.ts';
import { readEvent } from './event.ts';
import { withLine } from './formatted-text.ts';
import type { TextContent } from './text-content.ts';

/**
 * What an edit of a message with a file is to say: the file as it was sent, with the new caption, or without
 * any. undefined: it has no file.
 */
export async function editedCaption(
  work: Work,
  event: WorkspaceMessageEdited,
  original: LedgerEntry,
  caption: MatrixText,
): Promise<TextContent | undefined> {
  const [file] = event.files;
  if (file === undefined) return undefined;
  const raw = await work.parts.homeserver.event(work.roomId, original.eventId);
  const content = (raw === undefined ? undefined : readEvent(raw))?.content ?? {};
  const { url, info, filename, msgtype } = content;
  if (typeof url === 'string' && typeof filename === 'string' && typeof msgtype === 'string') {
    const sound = Object.fromEntries(VOICE_FIELDS.flatMap((name) => (name in content ? [[name, content[name]]] : [])));
    return { msgtype, filename, url, info, ...sound, ...(caption.body.trim() === '' ? { body: filename } : caption) };
  }
  // The file itself did not cross: its name stays below the caption.
  const link = await work.parts.files.publicAddress(filePath(file));
  const line = standInText({ fileName: file.name, size: file.size }, 'workspace', link);
  return { msgtype: 'm.text', ...(caption.body.trim() === '' ? { body: line } : withLine(caption, line)) };
}
