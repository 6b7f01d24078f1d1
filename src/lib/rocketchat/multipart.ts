import { randomUUID } from 'node:crypto';

export interface MultipartFile {
  /** Name of the form field. */
  readonly field: string;
  readonly name: string;
  readonly contentType: string;
  /** A stream is read once and never held in memory as a whole. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  /** Bytes that a stream will give, where that is known: the request then says how long it is. */
  readonly size?: number | undefined;
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
 * Writes a form. `body` makes its bytes: at once where the file is in memory, else as a stream, which can
 * be made only once. `length` of the whole, which some proxies insist on, is unset for streams of unknown size.
 */
export function encodeMultipart(form: MultipartForm): {
  contentType: string;
  repeatable: boolean;
  length: number | undefined;
  body(): Uint8Array<ArrayBuffer> | AsyncGenerator<Uint8Array>;
} {
  const boundary = `rcfed-${randomUUID()}`;
  const { file, fields } = form;
  const { content } = file;
  const head = Buffer.from(
    Object.entries(fields)
      .map(
        ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(name)}\r\n\r\n${value}\r\n`,
      )
      .join('') +
      `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(file.field)}; filename=${quoted(file.name)}\r\n` +
      `Content-Type: ${file.contentType.replaceAll(/[\r\n]/g, '')}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const size = content instanceof Uint8Array ? content.length : file.size;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    repeatable: content instanceof Uint8Array,
    length: size === undefined ? undefined : head.length + size + tail.length,
    body: () => (content instanceof Uint8Array ? Buffer.concat([head, content, tail]) : framed(head, content, tail)),
  };
}

async function* framed(
  head: Uint8Array,
  content: AsyncIterable<Uint8Array>,
  tail: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield* content;
  yield tail;
}
