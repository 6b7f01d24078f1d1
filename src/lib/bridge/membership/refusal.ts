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
