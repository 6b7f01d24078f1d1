import type { MatrixRoomId, MatrixUserId } from '../../lib/core/ids.ts';
import type { WorkspaceRoom } from '../../lib/rocketchat/types.ts';
import { type Stage, type StageOptions, linkNamed } from '../demo/stage.ts';
import type { PlaceKind } from './feature.ts';
import { uploadTooLargeFile } from './large-file.ts';
import { createMatrixReader } from './matrix-reader.ts';
import type { People } from './people.ts';
import { type Cast, createScene, type Place } from './scene.ts';
import { until } from './until.ts';
import { createWorkspaceReader } from './workspace-reader.ts';

/** A machine that is busy starting everything else takes its time. */
const LINK_WITHIN_MS = 60_000;
const MODERATOR = 50;

interface Opening {
  readonly stage: Stage;
  readonly options: StageOptions;
  readonly people: People;
  readonly cast: Cast;
}

const TYPES = { channel: 'c', group: 'p', direct: 'd' } as const;
const ENDPOINTS = { channel: 'channels.messages', group: 'groups.messages', direct: 'im.messages' } as const;

/**
 * Bob makes a room and has it linked, alice joins as a moderator, both say hello and are seen by the other. A direct
 * message alice begins herself, and nobody links it.
 */
export async function openPlace(
  { stage, options, people, cast }: Opening,
  kind: PlaceKind,
  name: string,
): Promise<Place> {
  const { room, matrixId, tooLargeFile } = await (kind === 'direct'
    ? openDirect(stage, cast, name)
    : openLinked(stage, options, people, kind, name));
  const { url } = stage.servers.workspace;
  const { userId, token } = people.bobsCredentials;
  const place: Place = {
    kind,
    type: TYPES[kind],
    name,
    id: room.id,
    matrixId,
    tooLargeFile,
    matrix: createMatrixReader(people.alice, matrixId),
    workspace: createWorkspaceReader(
      { url, userId, token: token.reveal(), fetch: options.network.fetch },
      ENDPOINTS[kind],
      room.id,
    ),
  };
  await introduce(cast, place);
  return place;
}

type Opened = Pick<Place, 'matrixId' | 'tooLargeFile'> & { readonly room: Pick<WorkspaceRoom, 'id'> };

async function openLinked(
  stage: Stage,
  options: StageOptions,
  people: People,
  kind: PlaceKind,
  name: string,
): Promise<Opened> {
  const room = await makeRoom(people, kind, name, stage);
  // No bridge looks at the limits for a room that is not linked yet.
  const tooLargeFile = uploadTooLargeFile(stage.servers.workspace, people.bob, room);
  const { matrixRoomId: matrixId } = await linkNamed(stage, options, name);
  await letIn(people, kind, matrixId);
  return { room, matrixId, tooLargeFile };
}

/** With somebody else in it: the same two have but one, and several stages may want their own. */
async function openDirect({ servers }: Stage, cast: Cast, name: string): Promise<Opened> {
  const { alice, bob, ghost, puppet } = cast;
  servers.workspace.createUser({ username: name });
  const invite = [ghost, ghost.replace('bob:', `${name}:`) as MatrixUserId];
  const matrixId = await alice.createRoom({ preset: 'private_chat', visibility: 'private', isDirect: true, invite });
  const wanted = ['bob', name, puppet].toSorted().join();
  const find = async (): Promise<Pick<WorkspaceRoom, 'id'>> => {
    for (const room of (await bob.changedRooms(1)).updated) {
      const members = room.type === 'd' ? await bob.members(room) : [];
      const names = members.map(({ username }) => username).toSorted();
      if (names.join() === wanted) return room;
    }
    throw new Error(`no direct message of ${wanted} appeared`);
  };
  const room = await until(find, LINK_WITHIN_MS, cast);
  return { room, matrixId, tooLargeFile: uploadTooLargeFile(servers.workspace, bob, room) };
}

async function makeRoom({ bob }: People, kind: PlaceKind, name: string, { setup }: Stage): Promise<WorkspaceRoom> {
  if (kind === 'channel') return bob.createRoom('c', name);
  const room = await bob.createRoom('p', name, [setup.botUsername]);
  const bot = await bob.userByName(setup.botUsername);
  if (bot === undefined) throw new Error(`${setup.botUsername} is not there`);
  await bob.setRoomRole(room, bot.id, 'moderator', true);
  return room;
}

async function letIn({ matrixBot, alice }: People, kind: PlaceKind, roomId: MatrixRoomId): Promise<void> {
  if (kind === 'group') await matrixBot.invite(roomId, alice.userId);
  await alice.join(roomId);
  const levels = (await matrixBot.state(roomId, 'm.room.power_levels', '')) ?? {};
  const users = { ...(levels['users'] as Record<string, number> | undefined), [alice.userId]: MODERATOR };
  await matrixBot.sendState(roomId, 'm.room.power_levels', '', {
    ...levels,
    users,
    // Moderators may make others so.
    events: { ...(levels['events'] as Record<string, number> | undefined), 'm.room.power_levels': MODERATOR },
    // In the groups everybody may mention everybody, in the channels only moderators may.
    ...(kind === 'group' ? { notifications: { room: 0 } } : {}),
  });
}

async function introduce(cast: Cast, place: Place): Promise<void> {
  const scene = createScene(cast, place);
  const hello = `hello from bob, ${scene.mark}`;
  const hi = `hi from alice, ${scene.mark}`;
  await Promise.all([scene.bobSays(hello), scene.aliceSays(hi)]);
  await scene.until(() => Promise.all([scene.matrix.saying(hello), scene.workspace.saying(hi)]));
}
