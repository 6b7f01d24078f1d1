import { bareType } from './content-type.ts';
import { cleanFileName } from './file-name.ts';
import { differingSizes, fileSize } from './file-size.ts';
import type { FileRefusal } from './limits.ts';

/**
 * What the sender of a file that did not cross is told, in one plain line without markup. It holds the
 * file's name, which its sender chose: escape it for the place where it is shown.
 */
export function refusalText(
  fileName: string | undefined,
  refusal: FileRefusal,
  to: 'workspace' | 'homeserver',
): string {
  const there = to === 'workspace' ? 'Rocket.Chat' : 'Matrix';
  const name = `“${cleanFileName(fileName)}”`;
  if (refusal.why === 'uploads-off') return `${name} was not sent to ${there}: it takes no files here.`;
  if (refusal.why === 'encrypted')
    return `${name} was not sent to ${there}: it is encrypted, and only its readers have the key.`;
  if (refusal.why === 'type')
    return `${name} was not sent to ${there}: it takes no files of the type ${bareType(refusal.contentType)}.`;
  if (refusal.why === 'missing') return `${name} was not sent to ${there}: its own server does not have it.`;
  if (refusal.why === 'too-slow') return `${name} was not sent to ${there}: its own server gives it too slowly.`;
  if (refusal.why === 'too-large-there') {
    const size = refusal.size === undefined ? '' : ` (${fileSize(refusal.size)})`;
    return `${name}${size} was not sent to ${there}: it is too large for the server.`;
  }
  if (refusal.size === undefined)
    return `${name} was not sent to ${there}: it is larger than ${fileSize(refusal.limit)}, the most that both servers take.`;
  const [size, limit] = differingSizes(refusal.size, refusal.limit);
  return `${name} (${size}) was not sent to ${there}: files may have at most ${limit}.`;
}
