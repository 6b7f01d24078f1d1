import type { MatrixApi } from '../../matrix/types.ts';
import type { InboxId } from '../../store/inbox-types.ts';
import type { WorkspaceFile } from '../events.ts';
import { idToUploadTo, isIdSpent, newMediaId } from '../homeserver/media-id.ts';
import type { BridgeParts } from '../parts.ts';
import { filePath } from '../workspace/message-files.ts';
import { bareType } from './content-type.ts';
import { type FileRefusal, refusalOf } from './limits.ts';
import { refusalFrom } from './refused.ts';
import { type MediaFacts, createMediaReader } from './media-reader.ts';
import { transferFile } from './transfer.ts';

export interface Wanted {
  readonly parts: BridgeParts;
  readonly inboxId: InboxId;
  readonly file: WorkspaceFile;
  /** Whose upload it is: nobody else may give an id its content. */
  readonly speaker: MatrixApi;
  /** Depends on the effect alone. */
  readonly key: string;
}

/** What was found out about a file while its bytes passed by. */
interface Passed extends MediaFacts {
  readonly size: number;
}

export type CrossedFile = { readonly mxc: string } & Passed;

/**
 * Brings a file's bytes to the homeserver, once: its id is stored before they are, so that a second try
 * goes on with the same one. Rejects as the clients do.
 */
export async function toHomeserver(wanted: Wanted): Promise<CrossedFile | FileRefusal> {
  const { parts, inboxId, file, key } = wanted;
  const known = await parts.store.media.get(key);
  if (known?.uploaded === true) {
    const attempts = await parts.store.attempts.of(inboxId);
    const done = attempts.findLast(({ step, answer }) => step === stepOf(file) && answer === 'ok');
    const passed = done?.detail === undefined ? { size: file.size ?? 0 } : (JSON.parse(done.detail) as Passed);
    return { ...passed, mxc: known.mxc };
  }
  const limits = await parts.files.limits();
  const refusal = refusalOf(limits, file, { side: 'homeserver', direct: false });
  if (refusal !== undefined) return refusal;
  const { mxc, isFromBefore } = await idToUploadTo(parts, wanted.speaker, key, known);
  const attempt = await parts.store.attempts.begin(inboxId, stepOf(file), mxc);
  try {
    const passed = await upload(wanted, isFromBefore, mxc, limits.mostBytes);
    if ('why' in passed) return passed;
    const { mxc: used, ...facts } = passed;
    await parts.store.attempts.end(attempt, 'ok', JSON.stringify(facts));
    await parts.store.media.uploaded(key);
    return { ...facts, mxc: used };
  } catch (error) {
    const { contentType, size } = file;
    const found = refusalFrom(error, { contentType, size, limit: limits.mostBytes });
    if (found === undefined) throw error;
    return found;
  }
}

const stepOf = ({ id }: WorkspaceFile): string => `file ${id}`;

/** An id from before may be good for nothing any more: then another one is taken. */
async function upload(
  wanted: Wanted,
  isFromBefore: boolean,
  mxc: string,
  limit: number | undefined,
): Promise<CrossedFile | FileRefusal> {
  try {
    return await transfer(wanted, mxc, limit);
  } catch (error) {
    if (!isFromBefore || !isIdSpent(error)) throw error;
    return transfer(wanted, await newMediaId(wanted.parts, wanted.speaker, wanted.key), limit);
  }
}

async function transfer(
  { parts, file, speaker }: Wanted,
  mxc: string,
  limit: number | undefined,
): Promise<CrossedFile | FileRefusal> {
  const download = await parts.workspace.downloadFile(filePath(file), limit ?? Number.MAX_SAFE_INTEGER);
  if (download === undefined) return { why: 'missing' };
  const contentType = bareType(file.contentType === '' ? download.contentType : file.contentType);
  const media = createMediaReader(contentType);
  const { size } = await transferFile({
    source: download,
    limit,
    spoolFolder: parts.files.spoolFolder,
    clock: parts.clock,
    watch: (piece) => media.push(piece),
    upload: (body, bytes) => speaker.uploadStream(mxc, body, { size: bytes, contentType, fileName: file.name }),
  });
  return { mxc, size, ...media.facts() };
}
