import type { Clock } from '../../lib/core/clock.ts';
import type { MatrixRoomId, WorkspaceRoomId } from '../../lib/core/ids.ts';
import type { StageOptions } from '../demo/stage.ts';
import { until } from '../features/until.ts';
import { startFederatedHomeservers } from './homeservers.ts';
import { type Person, type Side, startSide } from './side.ts';

/** Workspace – bridge – homeserver ⇄ federation ⇄ homeserver – bridge – workspace, and who lives there. */
export interface Circle {
  readonly north: Side;
  readonly south: Side;
  /** Of the north. */
  readonly ada: Person;
  readonly carl: Person;
  /** Of the south. */
  readonly bob: Person;
  readonly dora: Person;
  /** Rooms that both workspaces have, by name; the steps add to it. */
  readonly meetings: Map<string, Meeting>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Waits until it no longer throws, and answers its value. */
  until<T>(check: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** A room as each workspace has it. */
export interface Meeting {
  readonly kind: 'channel' | 'direct';
  readonly name: string;
  readonly matrixRoomId: MatrixRoomId;
  readonly north: WorkspaceRoomId;
  readonly south: WorkspaceRoomId;
}

/** Two bridges, two homeservers and what is between them, on a machine that runs all of them. */
const SHOWN_WITHIN_MS = 40_000;
const NAMES = ['north.test', 'south.test'] as const;

export async function buildCircle(options: StageOptions): Promise<Circle> {
  const homeservers = await startFederatedHomeservers(NAMES, options.synapse);
  const started = await Promise.allSettled(homeservers.map((homeserver) => startSide(homeserver, options)));
  const sides = started.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.allSettled(sides.map((side) => side.stop()));
    await Promise.allSettled(homeservers.map((homeserver) => homeserver.stop()));
  };
  const failed = started.find((end) => end.status === 'rejected');
  const [north, south] = sides;
  if (failed !== undefined || north === undefined || south === undefined) {
    await stop();
    throw failed?.reason ?? new Error('two names are two servers');
  }
  const { clock, signal } = options;
  return {
    north,
    south,
    ada: north.person('ada', 'Ada Archer'),
    carl: north.person('carl', 'Carl Cooper'),
    bob: south.person('bob', 'Bob Baker'),
    dora: south.person('dora', 'Dora Dyer'),
    meetings: new Map(),
    clock,
    signal,
    until: (check) => until(check, SHOWN_WITHIN_MS, { clock, signal }),
    stop,
  };
}

/** The meeting of that name. @throws when no step before has made it */
export function meetingNamed({ meetings }: Circle, name: string): Meeting {
  const meeting = meetings.get(name);
  if (meeting === undefined) throw new Error(`there is no ${name} on both sides`);
  return meeting;
}
