import type { UploadedFile } from './documents.ts';
import type { ImageInfo } from './image-info.ts';

export interface Upload {
  readonly file: UploadedFile;
  /** Set for pictures. */
  readonly image: ImageInfo | undefined;
  readonly bytes: Uint8Array;
  readonly rid: string;
  readonly userId: string;
  /** Unconfirmed files expire after 24 hours; `undefined` once confirmed. */
  expiresAt: number | undefined;
}

export interface Uploads {
  add(upload: Upload): void;
  /** An unexpired upload. */
  get(id: string, now: number): Upload | undefined;
  remove(id: string): void;
}

export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>();
  return {
    add: (upload) => void uploads.set(upload.file._id, upload),
    get(id, now) {
      const upload = uploads.get(id);
      return upload?.expiresAt !== undefined && upload.expiresAt <= now ? undefined : upload;
    },
    remove: (id) => void uploads.delete(id),
  };
}
