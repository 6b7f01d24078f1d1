/** An answer with a Matrix error body (spec: Client-Server API, "Standard error response"). */
export class MatrixError extends Error {
  readonly status: number;
  readonly errcode: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, errcode: string, message: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.extra = extra;
  }

  get body(): Record<string, unknown> {
    return { errcode: this.errcode, error: this.message, ...this.extra };
  }
}

export const forbidden = (message: string): MatrixError => new MatrixError(403, 'M_FORBIDDEN', message);
export const notFound = (message: string): MatrixError => new MatrixError(404, 'M_NOT_FOUND', message);
export const invalid = (message: string): MatrixError => new MatrixError(400, 'M_INVALID_PARAM', message);
export const badJson = (message: string): MatrixError => new MatrixError(400, 'M_BAD_JSON', message);
