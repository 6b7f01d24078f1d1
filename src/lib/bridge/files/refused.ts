import { RemoteError } from '../../core/remote-error.ts';
import type { FileRefusal } from './limits.ts';
import { FileTooLarge, FileTooSlow } from './transfer.ts';

const TOO_LARGE = new Set(['error-file-too-large', 'too-large', 'M_TOO_LARGE']);
const OFF = new Set(['error-file-upload-disabled', 'error-direct-message-file-upload-not-allowed']);

interface Tried {
  readonly contentType: string;
  /** Bytes, as declared. */
  readonly size: number | undefined;
  /** What was believed to be the limit; undefined: none. */
  readonly limit: number | undefined;
}

/** What a failed transfer says about the file itself; undefined: it may work another time. */
export function refusalFrom(error: unknown, { contentType, size, limit }: Tried): FileRefusal | undefined {
  if (error instanceof FileTooLarge) return { why: 'too-large', size: error.size, limit: error.limit };
  if (error instanceof FileTooSlow) return { why: 'too-slow' };
  if (!(error instanceof RemoteError)) return undefined;
  const code = error.code ?? '';
  if (TOO_LARGE.has(code) || error.status === 413) {
    // It was within the limit that is known, so that another one is in the way: a proxy's, or a new one.
    const known = sizeIn(error.details) ?? size;
    const isWithin = limit === undefined || (known !== undefined && known <= limit);
    return isWithin ? { why: 'too-large-there', size: known } : { why: 'too-large', size: known, limit };
  }
  if (OFF.has(code)) return { why: 'uploads-off' };
  if (code === 'error-invalid-file-type') return { why: 'type', contentType };
  return undefined;
}

/** What a server knows of a file counts more than what its sender says. */
function sizeIn(details: unknown): number | undefined {
  if (typeof details !== 'object' || details === null || !('size' in details)) return undefined;
  return typeof details.size === 'number' ? details.size : undefined;
}
