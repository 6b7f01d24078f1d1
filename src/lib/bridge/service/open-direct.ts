import { randomUUID } from 'node:crypto';
import { RcfedError } from '../../core/errors.ts';
import type { MatrixUserId, WorkspaceRoomId, WorkspaceUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import { createLocalNames } from '../../matrix/look-alike.ts';
import { roomLane } from '../../store/lane-names.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { Portal } from '../../store/portal-types.ts';
import { LeaseLostError } from '../../store/settlement-types.ts';
import type { Bridge } from '../running-bridge.ts';
import { DIRECT_ROW } from '../direct/invite.ts';
import type { DirectRequest } from '../direct/direct-request.ts';
import { closeHalf } from '../direct/half-opened.ts';
import { openFromWorkspace } from '../direct/open-from-workspace.ts';
import { createOlderRooms } from '../direct/older-rooms.ts';
import { openRoomOf } from '../direct/open-room.ts';
import { type OpeningParts, carriedSince } from '../direct/opening.ts';
import { createGhosts } from '../homeserver/ghosts.ts';
import { LANE_OWNER } from '../lanes.ts';
import type { BridgeParts } from '../parts.ts';
import { SerialByKey } from '../serial.ts';
import { type Voice, createPuppets } from '../workspace/puppets.ts';
import { type DirectCompany, companyNamed } from './direct-company.ts';
import { directInWords } from './direct-plan.ts';
import type { OpenDirectRequest, OpenDirectView } from './direct-view.ts';

const LEASE_MS = 120_000;

/**
 * Opens a direct message of somebody of the workspace and people from Matrix, on both sides: all of them or nobody,
 * since nobody can be added later. What a try that was cut short left behind is gone on with.
 * @throws RcfedError RCFED_ALIAS_MODE, RCFED_ANSWER_MISSING, RCFED_MATRIX_ID_INVALID, RCFED_PERSON_UNKNOWN,
 * RCFED_SERVER_BLOCKED, RCFED_TOO_MANY_PEOPLE, RCFED_REFUSED
 */
export async function openDirect(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  request: OpenDirectRequest,
): Promise<OpenDirectView> {
  if (parts.identity.mode === 'alias')
    throw new RcfedError('RCFED_ALIAS_MODE', 'People from Matrix have no accounts here to write to', {
      why: 'The bridge runs with --identity alias, and nobody has a direct message without an account.',
    });
  const company = await companyNamed(parts, request);
  const opening = bridge?.opening ?? (await handsOf(parts));
  for (const id of company.people)
    if (!(await opening.puppets.hasSeat(id)))
      throw new RcfedError('RCFED_REFUSED', `The workspace has no seat left for an account of ${id}`, {
        why: 'Without an account nobody can have a direct message in Rocket.Chat.',
        try: ['As an administrator of the bridge, allow more of them: rcfed profile add --replace --puppet-seats 50'],
      });
  if (request.dryRun === true) return directInWords(parts, company);
  const voices: Voice[] = [];
  for (const id of company.people) voices.push(await opening.puppets.account(id));
  const usernames = await usernamesOf(parts, company.people);
  const roomId = await inWorkspace(voices[0], usernames, company);
  const before = await parts.store.portals.byWorkspaceRoom(roomId);
  const opened = (): Promise<Portal> =>
    // Whatever came of it, a bridge that runs goes on with what is left to do.
    onMatrix(opening, roomId, company).finally(() => bridge?.wake(roomLane(roomId)));
  const portal = before?.state === 'active' ? before : await opened();
  return {
    room: portal.name,
    roomId,
    matrixRoomId: portal.matrixRoomId ?? null,
    as: company.as.username,
    people: company.people.map((user, at) => ({ user, username: usernames[at] ?? '' })),
    colleagues: company.colleagues.map(({ username }) => username),
    changed: before?.state !== 'active',
    warnings: company.warnings,
  };
}

/** Where no bridge runs this process has the store for itself. */
const handsOf = async (parts: BridgeParts): Promise<OpeningParts> => ({
  parts,
  ghosts: createGhosts(parts),
  puppets: createPuppets(parts, createLocalNames()),
  serial: new SerialByKey(),
  older: await createOlderRooms(parts.store),
  // What a conversation missed is for the bridge to find, once it runs.
  seekMissed: async () => false,
  portalChanged: async () => {},
  wake: () => {},
});

async function usernamesOf({ store }: BridgeParts, people: readonly MatrixUserId[]): Promise<readonly string[]> {
  return Promise.all(people.map(async (id) => (await store.people.byMatrixUser(id))?.username ?? ''));
}

/**
 * As the first puppet: nobody can act as a person of the workspace, and whoever of its members opens a direct
 * message, it is the same one.
 */
async function inWorkspace(
  puppet: Voice | undefined,
  [, ...others]: readonly string[],
  { as, colleagues }: DirectCompany,
): Promise<WorkspaceRoomId> {
  if (puppet === undefined) throw new Error('a direct message of nobody from Matrix');
  try {
    return await openRoomOf(puppet.api, [as, ...colleagues].map(({ username }) => username).concat(others));
  } catch (error) {
    if (!(error instanceof RemoteError) || error.failure !== 'refused' || (error.status ?? 500) >= 500) throw error;
    throw new RcfedError('RCFED_REFUSED', 'Rocket.Chat does not open this direct message', {
      why: `${error.answer ?? error.inShort}.`,
      cause: error,
    });
  }
}

/**
 * Through a row of the room's own lane, as if somebody had written: should this process end, the bridge goes on with
 * it, and whoever writes meanwhile is carried over after it.
 */
async function onMatrix(opening: OpeningParts, roomId: WorkspaceRoomId, company: DirectCompany): Promise<Portal> {
  const { parts } = opening;
  const { inbox } = parts.store;
  const lane = roomLane(roomId);
  const [reader] = company.people;
  const since = await carriedSince(opening, roomId);
  await inbox.record({ rows: [rowFor(roomId, { since, reader: reader as MatrixUserId, by: company.as.id })] });
  let outcome = '';
  for (;;) {
    const row = await inbox.head(lane, 'workspace');
    const opened = row === undefined ? undefined : await openFromWorkspace(opening, row);
    const portal = await parts.store.portals.byWorkspaceRoom(roomId);
    if (portal?.state === 'active') return portal;
    if (row === undefined || opened?.kind !== 'settled')
      throw new RcfedError('RCFED_REFUSED', 'The direct message could not be opened on Matrix', {
        why: outcome === '' ? 'An earlier try of it has to end first.' : `It was ${outcome}.`,
        try: ['rcfed federation status', 'Run the command again.'],
      });
    outcome = opened.outcome;
    await closeHalf(opening, row);
    await settle(parts, row, outcome);
  }
}

async function settle({ store }: BridgeParts, row: InboxRow, outcome: string): Promise<void> {
  const lease = await store.leases.acquire(`lane:${row.lane}`, LANE_OWNER, LEASE_MS);
  if (lease === undefined) return;
  await store.inbox.settle({ inboxId: row.id, lease, outcome }).catch((error: unknown) => {
    // The bridge came upon it meanwhile, and settled it.
    if (!(error instanceof LeaseLostError)) throw error;
  });
}

function rowFor(roomId: WorkspaceRoomId, body: DirectRequest & { readonly by: WorkspaceUserId }) {
  return {
    side: 'workspace',
    lane: roomLane(roomId),
    key: `${DIRECT_ROW}|${roomId}|asked|${randomUUID()}`,
    ref: roomId,
    type: DIRECT_ROW,
    order: 0,
    body: JSON.stringify(body),
  } as const;
}
