import { randomUUID } from 'node:crypto';

export interface MultipartFile {
  /** Name of the form field. */
  readonly field: string;
  readonly name: string;
  readonly contentType: string;
  /** A stream is read once and never held in memory as a whole. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

/** A form with one file, as `rooms.media` and `users.setAvatar` take it. */
export interface MultipartForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly file: MultipartFile;
}

/** Quoting of names as browsers do it: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
function quoted(name: string): string {
  return `"${name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')}"`;
}

/**
 * Writes a form: its `Content-Type` and a function that yields its bytes. `repeatable` tells whether
 * the bytes can be produced a second time (not from a stream).
 */
export function encodeMultipart(form: MultipartForm): {
  contentType: string;
  repeatable: boolean;
  bytes(): AsyncGenerator<Uint8Array>;
} {
  const boundary = `rcfed-${randomUUID()}`;
  const { file, fields } = form;
  const head =
    Object.entries(fields)
      .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(name)}\r\n\r\n${value}\r\n`)
      .join('') +
    `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(file.field)}; filename=${quoted(file.name)}\r\n` +
    `Content-Type: ${file.contentType.replaceAll(/[\r\n]/g, '')}\r\n\r\n`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    repeatable: file.content instanceof Uint8Array,
    async *bytes() {
      yield Buffer.from(head);
      if (file.content instanceof Uint8Array) yield file.content;
      else yield* file.content;
      yield Buffer.from(`\r\n--${boundary}--\r\n`);
    },
  };
}
