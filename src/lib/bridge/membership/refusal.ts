import { RemoteError } from '../../core/remote-error.ts';

/** A server's no to this one request; undefined where it did what was asked. All other failures are thrown. */
export async function refusalOf(asked: Promise<unknown>): Promise<RemoteError | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    const isNo = error instanceof RemoteError && error.failure === 'refused' && isAboutIt(error.status ?? 400);
    if (!isNo) throw error;
    return error;
  }
}

/** 401 and 429 are about the account, 5xx about the server. */
const isAboutIt = (status: number): boolean => status < 500 && status !== 401 && status !== 429;

/**
 * What a server refuses as a whole is no reason to set the row aside: who is in the room is compared again by and by.
 *
 * @param instead what the row comes to
 */
export async function unlessRefused<T>(doing: Promise<T>, instead: (reason: string) => T): Promise<T> {
  const refusal = await refusalOf(doing);
  return refusal === undefined ? doing : instead(`refused: ${refusal.inShort}`);
}
