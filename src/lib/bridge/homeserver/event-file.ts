import type { MatrixText } from '../events.ts';
import { extensionOf } from '../files/content-type.ts';
import { cleanFileName } from '../files/file-name.ts';
import type { FileFields } from './content-file.ts';
import { readContent } from './content.ts';
import { type MatrixEvent, editTarget } from './event.ts';
import { fieldsOf, textOf } from './fields.ts';
import { withItsName } from './message-profile.ts';

/** An event with a file, and what its sender wrote about it: empty for nothing. */
interface FileSaid {
  readonly file: FileFields;
  readonly caption: MatrixText;
}

const NO_CAPTION: MatrixText = {
  msgtype: 'm.text',
  body: '',
  format: undefined,
  formatted_body: undefined,
  mentionsRoom: false,
};
const MOST_OF_A_NAME = 100;

/** undefined: the event has no file. Of an edit what it says by now. */
export function readFileEvent(event: MatrixEvent): FileSaid | undefined {
  const replacement = editTarget(event) === undefined ? undefined : event.content['m.new_content'];
  const content = replacement === undefined ? event.content : fieldsOf(replacement);
  const said = readContent(event.type, content);
  if (said.kind === 'file')
    return { file: said, caption: withItsName(content, said.caption ?? NO_CAPTION, textOf(content['filename'])) };
  if (said.kind !== 'sticker') return undefined;
  // A sticker has no name but what it shows.
  const name = `${said.body.slice(0, MOST_OF_A_NAME)}${extensionOf(said.contentType)}`;
  const caption = withItsName(content, NO_CAPTION);
  return { file: { ...said, fileName: cleanFileName(name, said.contentType) }, caption };
}
