/** Where output goes. The real ones wrap process.stdout and process.stderr; tests collect strings. */
export interface OutputStream {
  /** Queues text; never blocks and never throws for a slow reader. */
  write(text: string): void;
  readonly isTTY: boolean;
  /** Width of the terminal in columns, if it is one. */
  readonly columns?: number | undefined;
  /** The stream of the process itself, which a spinner needs to move the cursor. */
  readonly raw?: NodeJS.WriteStream;
}

export interface InputStream {
  readonly isTTY: boolean;
  /** Everything until the end of the input. */
  readAll(): Promise<string>;
  readonly raw?: NodeJS.ReadStream;
}

export interface Io {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}
