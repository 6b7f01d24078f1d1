import type { MessageId, WorkspaceRoomId } from '../core/ids.ts';
import type { RawMessage } from './types.ts';

export interface FileToUpload {
  /** Quotes, slashes and control characters don't get through a form: they are replaced or left out. */
  readonly fileName: string;
  readonly contentType: string;
  /**
   * Bytes that `body` will give. Known: the request says how long it is, as some proxies insist, and one that
   * turns out longer or shorter fails. Unknown: it is sent in chunks.
   */
  readonly size: number | undefined;
  /** Read once, at the pace of the network, and never held as a whole. What it throws as RemoteError is thrown on. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The message that shows a file. It can't have an id of ours, nor be shown in the room as well as in a thread. */
export interface FileMessage {
  /** The message's text, which `updateMessage` changes like any other. */
  readonly caption?: string;
  readonly threadId?: MessageId;
  readonly alias?: string;
  readonly avatar?: string;
}

export type BegunUpload =
  /** The file is there and nobody sees it: unconfirmed it is gone after 24 hours. */
  | { readonly state: 'uploaded'; readonly fileId: string }
  /** Servers before `rooms.media` (6.x) post file and message in one. */
  | { readonly state: 'posted'; readonly message: RawMessage };

export interface FileDownload {
  /** Fails with RemoteError: `too-large` beyond the limit, `timeout` when nothing comes for a while, `network`. Cancel it when it isn't read to its end. */
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  /** As the server announced it; `undefined` when it did not. */
  readonly size: number | undefined;
}

/** Read from public settings, which admins may change at any time. */
export interface UploadLimits {
  readonly enabled: boolean;
  readonly enabledInDirectMessages: boolean;
  /** `undefined`: no limit. */
  readonly maxBytes: number | undefined;
  /** Media types, `image/*` for a whole kind; empty: no such list. {@link acceptsMediaType} applies both. */
  readonly whiteList: readonly string[];
  readonly blackList: readonly string[];
}

/** Files in both directions, streamed. */
export interface FileApi {
  /**
   * Sends a file's bytes. Refused with `error-file-too-large`, `error-invalid-file-type`,
   * `error-file-upload-disabled`, `error-direct-message-file-upload-not-allowed`; a proxy's
   * 413 is the first of them too. Begun anew after
   * a lost answer it leaves at worst a file that expires; where the state is `posted`, see {@link ownFileMessages}.
   *
   * @param message is used only where file and message go together.
   */
  beginUpload(roomId: WorkspaceRoomId, file: FileToUpload, message: FileMessage): Promise<BegunUpload>;
  /**
   * Posts the message of an uploaded file, as the account that uploaded it. **Each call posts one more**: after
   * a failure ask {@link ownFileMessages} whether it did. Refused with `invalid-file` once the file has expired.
   */
  confirmUpload(roomId: WorkspaceRoomId, fileId: string, message: FileMessage): Promise<RawMessage>;
  /**
   * Messages with files that the calling account posted to a room and that changed since a time (ms), oldest
   * first: `file._id` tells the upload, `file.name` and `file.size` the file.
   */
  ownFileMessages(roomId: WorkspaceRoomId, since: number): Promise<readonly RawMessage[]>;
  /**
   * A file of a message, from `attachments[].title_link` (the original) or `image_url` (its thumbnail, for larger
   * pictures). Anything but `/file-upload/<id>/<name>` is refused unasked with `not-a-file`: messages come from
   * strangers. `undefined` when there is no such file; `forbidden` when the account is not in its room. Where the
   * server sends on to a file store, that is asked without the account's token.
   *
   * @param limit bytes.
   */
  downloadFile(path: string, limit: number): Promise<FileDownload | undefined>;
}
