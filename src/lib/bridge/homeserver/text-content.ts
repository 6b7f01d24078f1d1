import { createHash } from 'node:crypto';
import { type EventText, asEvent } from '../../format/event-size.ts';
import type { MatrixText } from '../../format/lookups.ts';
import type { MatrixApi } from '../../matrix/types.ts';
import type { BridgeParts } from '../parts.ts';
import { idToUploadTo } from './media-id.ts';

const TYPE = 'text/plain';

/** Fields of a message; a file has more of them. */
export interface TextContent extends MatrixText {
  readonly msgtype: string;
  readonly [field: string]: unknown;
}

/**
 * The part of an `m.room.message` that is its text. What no event has room for is a file, its beginning the
 * caption. `times`: how often the event has it, twice in an edit.
 */
export async function textContent(
  parts: BridgeParts,
  speaker: MatrixApi,
  text: MatrixText,
  times = 1,
): Promise<TextContent> {
  const fitted = asEvent(text, times);
  if (fitted.kind === 'text') return { msgtype: 'm.text', ...fitted.text };
  return {
    msgtype: 'm.file',
    body: fitted.opening,
    filename: fitted.name,
    url: await uploaded(parts, speaker, fitted),
    info: { mimetype: TYPE, size: fitted.bytes.length },
  };
}

async function uploaded(
  { store, clock }: BridgeParts,
  speaker: MatrixApi,
  { bytes, name }: Extract<EventText, { kind: 'file' }>,
): Promise<string> {
  const key = `text:${speaker.userId}:${createHash('sha256').update(bytes).digest('base64url')}`;
  const known = await store.media.get(key);
  if (known?.uploaded === true) return known.mxc;
  const { mxc } = await idToUploadTo({ store, clock }, speaker, key, known);
  await speaker.putMedia(mxc, bytes, `${TYPE}; charset=utf-8`, name);
  await store.media.uploaded(key);
  return mxc;
}
