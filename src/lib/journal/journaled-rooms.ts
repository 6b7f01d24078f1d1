import type { ChangeRoomRequest, ChangeRoomView } from '../bridge/service/change-room-view.ts';
import type { CreateRequest, CreateView } from '../bridge/service/create-view.ts';
import type { JoinView } from '../bridge/service/join-view.ts';
import type { BridgeService, LinkRequest, LinkView } from '../bridge/service/views.ts';
import type { ChangeOf } from './change.ts';
import { changeJournaledMembers } from './journaled-members.ts';
import { type RoomLink, isSameLink, linkOf } from './kinds/room-link.ts';
import { roomNamed } from './kinds/room-now.ts';
import type { Notebook } from './notebook.ts';
import { written } from './written.ts';

interface RoomRequest {
  readonly room: string;
  readonly dryRun?: boolean | undefined;
}

/**
 * The same service, which writes into a notebook what becomes of rooms and those in them, for `federation rollback`. What can't be
 * undone is not written down: rooms that are deleted, invitations, direct messages.
 */
export const journaledRooms = (service: BridgeService, notebook: Notebook): BridgeService => ({
  ...service,
  join: (request) => joining(service, notebook, request, () => service.join(request)),
  acceptInvitation: (request) => joining(service, notebook, request, () => service.acceptInvitation(request)),
  leave: (request) => ending(service, notebook, request, () => service.leave(request)),
  unlink: (request) => ending(service, notebook, request, () => service.unlink(request)),
  link: (request) => linking(service, notebook, request),
  create: (request) => creating(service, notebook, request),
  changeRoom: (request) => changingRoom(service, notebook, request),
  async changeMembers(request) {
    const planned = await service.changeMembers({ ...request, dryRun: true });
    return request.dryRun === true ? planned : await changeJournaledMembers(service, notebook, request, planned);
  },
});

function joining(
  service: BridgeService,
  notebook: Notebook,
  { room: asked, dryRun }: RoomRequest,
  act: () => Promise<JoinView>,
): Promise<JoinView> {
  return written<ChangeOf<'room-joined'>, JoinView>(notebook, {
    change: dryRun === true ? undefined : { kind: 'room-joined', asked, matrixRoomId: null, room: null },
    act,
    isAsBefore: async () => (await roomNamed(service, asked)) === undefined,
    settled: (change, { changed, room }) =>
      changed && room !== null ? { ...change, matrixRoomId: room.matrixRoomId ?? null, room: room.room } : undefined,
  });
}

/** Of a direct message nothing is written down: none can be linked again. */
async function ending(
  service: BridgeService,
  notebook: Notebook,
  { room, dryRun }: RoomRequest,
  act: () => Promise<LinkView>,
): Promise<LinkView> {
  const before = dryRun === true ? undefined : await roomNamed(service, room);
  const from = linkOf(before);
  const isKept = before !== undefined && before.type !== 'direct message' && from !== null;
  return await written<RoomLink, LinkView>(notebook, {
    change: isKept ? { kind: 'room-link', room: before.room, roomId: before.roomId, from, to: null } : undefined,
    act,
    isAsBefore: async () => isSameLink(linkOf(await roomNamed(service, room)), from),
    settled: (change, { changed }) => (changed ? change : undefined),
  });
}

async function linking(service: BridgeService, notebook: Notebook, request: LinkRequest): Promise<LinkView> {
  const before = await roomNamed(service, request.room);
  const from = linkOf(before);
  const { room = request.room.replace(/^#/, ''), roomId = null } = before ?? {};
  return await written<RoomLink, LinkView>(notebook, {
    change: { kind: 'room-link', room, roomId, from, to: null },
    act: () => service.link(request),
    isAsBefore: async () => isSameLink(linkOf(await roomNamed(service, request.room)), from),
    settled: (change, { changed, room: now }) =>
      changed ? { ...change, room: now.room, roomId: now.roomId, to: linkOf(now) } : undefined,
  });
}

/** Who is brought into a room that was there already is not written down. */
async function creating(service: BridgeService, notebook: Notebook, request: CreateRequest): Promise<CreateView> {
  const name = request.name.trim().replace(/^#/, '');
  const isNew = request.dryRun !== true && (await roomNamed(service, name))?.state !== 'active';
  return await written<ChangeOf<'room-made'>, CreateView>(notebook, {
    change: isNew ? { kind: 'room-made', room: name, roomId: null } : undefined,
    act: () => service.create(request),
    isAsBefore: async () => (await roomNamed(service, name)) === undefined,
    settled: (change, { changed, room }) =>
      changed && room !== null ? { ...change, room: room.room, roomId: room.roomId } : undefined,
  });
}

async function changingRoom(
  service: BridgeService,
  notebook: Notebook,
  request: ChangeRoomRequest,
): Promise<ChangeRoomView> {
  const look = () => service.changeRoom({ ...request, dryRun: true });
  const looked = await look();
  if (request.dryRun === true) return looked;
  const { roomId, before, name, topic, plan } = looked;
  const isSame = plan?.length === 0;
  return await written<ChangeOf<'room-details'>, ChangeRoomView>(notebook, {
    change: isSame ? undefined : { kind: 'room-details', roomId, from: { ...before }, to: { name, topic } },
    act: () => service.changeRoom(request),
    isAsBefore: async () => (await look()).plan?.length !== 0,
    settled: (change, { changed }) => (changed ? change : undefined),
  });
}
