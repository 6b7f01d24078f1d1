import { SIDE_NAMES, type SmokeReport, type Way } from '../lib/smoke/smoke-report.ts';
import { table } from '../lib/output/table.ts';
import type { View } from '../lib/output/view.ts';

/** The `data` of the JSON answer: the problem is the answer's own `error`. */
export type FederationSmokeData = Omit<SmokeReport, 'problem' | 'warnings'>;

export const smokeData = ({ problem: _problem, warnings: _warnings, ...data }: SmokeReport): FederationSmokeData =>
  data;

/** Nothing where the test could not be carried out: the error says all there is. */
export const smokeView = ({ ways, room, cleaned, state }: FederationSmokeData): View =>
  state === 'unable'
    ? []
    : [
        table<Way>(
          [
            { title: 'From', value: ({ from }) => SIDE_NAMES[from] },
            { title: 'To', value: ({ to }) => SIDE_NAMES[to] },
            { title: 'Result', value: (way) => way.state },
            { title: 'Took', value: ({ latencyMs }) => (latencyMs === undefined ? '' : `${latencyMs} ms`) },
          ],
          ways,
        ),
        ...(room?.made === true
          ? ['A direct message was begun for this; the next run uses it again, and is faster.']
          : []),
        ...(cleaned ? ['The messages are deleted again.'] : []),
      ];
