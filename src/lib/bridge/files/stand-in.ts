import { cleanFileName } from './file-name.ts';
import { fileSize } from './file-size.ts';

/**
 * What the other side reads in place of a file that could not cross, in one plain line. The name is its
 * sender's: escape it for the place where it is shown.
 */
export function standInText(
  file: { readonly fileName: string; readonly size: number | undefined },
  from: 'workspace' | 'homeserver',
  link: string | undefined,
): string {
  const there = from === 'workspace' ? 'Rocket.Chat' : 'Matrix';
  const size = file.size === undefined ? '' : ` (${fileSize(file.size)})`;
  const where = link === undefined ? `a file that can be opened in ${there} only` : link;
  return `“${cleanFileName(file.fileName)}”${size}: ${where}`;
}
