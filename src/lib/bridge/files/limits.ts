import type { UploadLimits } from '../../rocketchat/file-types.ts';
import { acceptsMediaType } from '../../rocketchat/upload-limits.ts';
import { bareType } from './content-type.ts';

/** What may be sent at all, since it has to be stored on both sides' terms. */
export interface FileLimits {
  /** The smaller of both servers' limits in bytes; undefined: neither has one. */
  readonly mostBytes: number | undefined;
  readonly workspace: UploadLimits;
}

/** Why a file can't cross, for {@link refusalText}. */
export type FileRefusal =
  | { readonly why: 'too-large'; readonly size: number | undefined; readonly limit: number }
  /** The server refused it although it is within the limit that it tells: a proxy's is smaller. */
  | { readonly why: 'too-large-there'; readonly size: number | undefined }
  | { readonly why: 'type'; readonly contentType: string }
  /** Its own server has it no longer, or not yet. */
  | { readonly why: 'missing' }
  /** Its own server gives it at a pace that would hold up its room for hours. */
  | { readonly why: 'too-slow' }
  | { readonly why: 'uploads-off' }
  | { readonly why: 'encrypted' };

/** What speaks against a file before anything of it is fetched; undefined: nothing. `size` undefined: not known yet. */
export function refusalOf(
  limits: FileLimits,
  file: { readonly size: number | undefined; readonly contentType: string },
  to: { readonly side: 'workspace' | 'homeserver'; readonly direct: boolean },
): FileRefusal | undefined {
  const { mostBytes, workspace } = limits;
  if (to.side === 'workspace') {
    if (!workspace.enabled || (to.direct && !workspace.enabledInDirectMessages)) return { why: 'uploads-off' };
    if (!acceptsMediaType(workspace, bareType(file.contentType))) return { why: 'type', contentType: file.contentType };
  }
  if (mostBytes !== undefined && file.size !== undefined && file.size > mostBytes)
    return { why: 'too-large', size: file.size, limit: mostBytes };
  return undefined;
}
