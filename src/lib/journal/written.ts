import { RcfedError } from '../core/errors.ts';
import type { JournalChange } from './change.ts';
import type { Notebook } from './notebook.ts';

/** After these it may still be done, by a bridge that goes on. */
const UNANSWERED: readonly string[] = ['RCFED_ADMIN_FOREIGN', 'RCFED_BRIDGE_UNREACHABLE', 'RCFED_TIMEOUT'];

interface Writing<Change, Result> {
  /** undefined: nothing is to be written down. */
  readonly change: Change | undefined;
  act(): Promise<Result>;
  /** After a refusal: whether nothing came of it. */
  isAsBefore(): Promise<boolean>;
  /** As it is known in the end; undefined: nothing was changed. */
  settled(change: Change, result: Result): Change | undefined;
}

/** Does something and writes it down. A refusal that left all as it was leaves nothing in the journal either. */
export async function written<Change extends JournalChange, Result>(
  notebook: Notebook,
  { change, act, isAsBefore, settled }: Writing<Change, Result>,
): Promise<Result> {
  if (change === undefined) return await act();
  const came = await notebook.changing(
    [change],
    async (): Promise<{ readonly result: Result } | { readonly refusal: RcfedError }> => {
      try {
        return { result: await act() };
      } catch (error) {
        if (!(error instanceof RcfedError) || UNANSWERED.includes(error.code)) throw error;
        if (!(await isAsBefore().catch(() => false))) throw error;
        return { refusal: error };
      }
    },
    (begun, end) => ('result' in end ? settled(begun, end.result) : undefined),
  );
  if ('refusal' in came) throw came.refusal;
  return came.result;
}
