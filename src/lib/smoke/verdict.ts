import { RcfedError } from '../core/errors.ts';
import type { MatrixUserId } from '../core/ids.ts';
import { SIDE_NAMES, type Way } from './smoke-report.ts';

export interface Circumstances {
  /** What the bridge wrote into the room instead. */
  readonly answer: string | undefined;
  /** A ghost that was invited and has not come. */
  readonly absent: MatrixUserId | undefined;
  /** How long the messages were waited for in all, ms. */
  readonly waitedMs: number;
}

/** The error that a person and the exit code are told; undefined: both messages came in time. */
export function verdict(ways: readonly Way[], circumstances: Circumstances): RcfedError | undefined {
  const lost = ways.filter(({ state }) => state === 'missing');
  if (lost.length > 0) return failed(lost, circumstances);
  const slow = ways.filter(({ state }) => state === 'late' || state === 'pending');
  if (slow.length === 0) return undefined;
  const pending = slow.find(({ state }) => state === 'pending');
  return new RcfedError(
    'RCFED_SMOKE_PENDING',
    pending === undefined
      ? `The message ${slow.map(wayText).join(' and that ')} came late`
      : `The message ${wayText(pending)} has not come yet`,
    {
      why:
        pending === undefined
          ? 'It took longer than --timeout.'
          : 'The bridge is there: it took up the new room while it was waited for.',
    },
  );
}

function failed(lost: readonly Way[], { answer, absent, waitedMs }: Circumstances): RcfedError {
  const seconds = `${Math.round(waitedMs / 100) / 10} s`;
  const invitation =
    absent && `Nobody accepted the invitation of ${absent}: no bridge runs, or its ghosts are called otherwise.`;
  const why = answer === undefined ? invitation : `The bridge says: ${answer}`;
  return new RcfedError(
    'RCFED_SMOKE_FAILED',
    `The message ${lost.map(wayText).join(' and that ')} did not come within ${seconds}`,
    {
      ...(why !== undefined && { why }),
      ...(answer === undefined && absent !== undefined && { try: ABSENT }),
    },
  );
}

const ABSENT = [
  'Where the bridge runs, look whether it does: rcfed federation status',
  'If its prefix is not rc_: rcfed federation smoke --prefix PREFIX',
  'If its homeserver is not that of the Matrix account: rcfed federation smoke --server-name NAME',
];

/** "from Matrix to Rocket.Chat" */
export const wayText = ({ from, to }: Pick<Way, 'from' | 'to'>): string =>
  `from ${SIDE_NAMES[from]} to ${SIDE_NAMES[to]}`;
