import type { AccessCheckView, BridgeService, RoomView, StatusView } from '../../src/lib/bridge/service/views.ts';
import type { HealthView } from '../../src/lib/bridge/service/health-view.ts';
import type { MatrixRoomId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { Setup } from '../../src/lib/diagnose/setup.ts';
import type { MatrixApi, Registration } from '../../src/lib/matrix/types.ts';
import type { StoreReport } from '../../src/lib/store/check.ts';
import { adminProfile, setupWith, type WorkspaceAnswers } from './fake-workspace.ts';

export const ROOM = '!general:example.org' as MatrixRoomId;

/** State of the one federated room, by event type; what is not given is as it should be. */
type RoomState = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** How a bridge and its servers answer; what is not given is as it should be. */
export interface BridgeAnswers {
  readonly workspace?: WorkspaceAnswers;
  readonly homeserver?: Partial<MatrixApi>;
  readonly service?: Partial<BridgeService>;
  readonly status?: Partial<StatusView>;
  readonly health?: Partial<HealthView>;
  readonly state?: RoomState;
  readonly running?: boolean;
  readonly report?: Partial<StoreReport>;
  readonly profile?: Record<string, unknown>;
  readonly setup?: Partial<Setup>;
}

const room: RoomView = {
  room: 'general',
  roomId: 'GENERAL',
  type: 'channel',
  matrixRoomId: ROOM,
  alias: undefined,
  state: 'active',
  retention: 'keep',
  waiting: 0,
  problems: [],
};

const goodState: RoomState = {
  'm.room.create': { room_version: '11' },
  'm.room.power_levels': { users: { '@rcfed:example.org': 100 }, invite: 50 },
};

/** A bridge with one federated room, `general`. */
export function bridgeSetup(answers: BridgeAnswers = {}): Setup {
  const profile = { ...adminProfile, identity: 'puppets', presence: true, store: new Secret('/tmp/store.db') };
  const workspace: WorkspaceAnswers = {
    publicSettings: () => Promise.resolve(new Map()),
    seats: () => Promise.resolve({ active: 3, max: undefined }),
    roomById: () => Promise.resolve({ lastMessageAt: 0 } as never),
    ...answers.workspace,
  };
  return {
    ...setupWith(workspace, { ...profile, ...answers.profile } as typeof adminProfile),
    homeserver: () => Promise.resolve(homeserverOf(answers)),
    registration: () => Promise.resolve({ id: 'rcfed', prefix: 'rc_' } as Registration),
    bridge: () =>
      Promise.resolve({
        running: answers.running ?? true,
        service: serviceOf(answers),
        close: () => Promise.resolve(),
      }),
    checkStore: () => Promise.resolve({ findings: [], ...answers.report } as unknown as StoreReport),
    ...answers.setup,
  };
}

function homeserverOf({ state, homeserver }: BridgeAnswers): MatrixApi {
  const all: RoomState = { ...goodState, ...state };
  const answers: Partial<MatrixApi> = {
    userId: '@rcfed:example.org' as MatrixApi['userId'],
    whoami: () => Promise.resolve({ userId: '@rcfed:example.org' } as never),
    ping: () => Promise.resolve({ durationMs: 12 }),
    registerGhost: () => Promise.resolve('exists'),
    uploadLimit: () => Promise.resolve(104_857_600),
    joinedRooms: () => Promise.resolve([ROOM]),
    roomVersions: () => Promise.resolve({ standard: '11', known: ['10', '11', '12'] }),
    state: (_, type) => Promise.resolve(all[type]),
    ...homeserver,
  };
  return answers as MatrixApi;
}

function serviceOf({ service, status, health }: BridgeAnswers): BridgeService {
  const answers: Partial<BridgeService> = {
    status: () =>
      Promise.resolve({ workspace: undefined, homeserver: undefined, waiting: [], setAside: 0, ...status } as never),
    rooms: () => Promise.resolve([room]),
    health: () =>
      Promise.resolve({
        bridgeId: 'bridge-1',
        workspaceId: 'workspace-1',
        puppets: { tried: 2, refused: [] },
        rooms: [{ room: 'general', roomId: 'GENERAL', lastActive: null }],
        ...health,
      }),
    hearing: () => Promise.resolve({ durationMs: 30, refused: null }),
    checkAccess: ({ server }) =>
      Promise.resolve({ server, allowed: true, rule: null, why: 'no rule' } satisfies AccessCheckView),
    ...service,
  };
  return answers as BridgeService;
}
