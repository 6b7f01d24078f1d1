import { may } from '../access.ts';
import { setArchived } from '../archiving.ts';
import { describeRoom, createRoom, deleteRoom, renameRoom } from '../rooms.ts';
import { setReadOnly } from '../room-settings.ts';
import {
  type AuthenticatedCall,
  optionalFlag,
  optionalRecord,
  optionalText,
  optionalTexts,
  paged,
  type Route,
  textOf,
} from '../route.ts';
import { flag, list, maybe, nullable, number, object, shape, text } from '../validation.ts';
import { roomAnd, type RoomKind, roomKinds, targetRoom } from './room-target.ts';

/** `channels.*` and `groups.*` about the room itself. */
export const roomTypeRoutes: readonly Route[] = roomKinds.flatMap((kind) => [...lookups(kind), ...changes(kind)]);

function lookups(kind: RoomKind): Route[] {
  return [
    {
      method: 'GET',
      path: `${kind.prefix}.info`,
      params: roomAnd(),
      act: (call) => ({ [kind.key]: targetRoom(call, kind) }),
    },
    {
      method: 'GET',
      path: `${kind.prefix}.list`,
      params: shape({
        ...(kind.type === 'c' ? { _id: maybe(text()) } : {}),
        query: maybe(text()),
        count: maybe(number()),
        offset: maybe(number()),
        sort: maybe(text()),
        fields: maybe(text()),
      }),
      act: (call) => listed(call, kind),
    },
  ];
}

function listed(call: AuthenticatedCall, kind: RoomKind): Record<string, unknown> {
  const { workspace, caller } = call;
  const all = workspace.rooms.all().filter(({ t }) => t === kind.type);
  const visible =
    kind.type === 'c' && may(workspace, caller, 'view-c-room')
      ? all
      : all.filter(({ _id }) => workspace.rooms.subscription(_id, caller.user._id) !== undefined);
  const { items, ...page } = paged(
    call,
    visible.toSorted((a, b) => (a.name ?? '').localeCompare(b.name ?? '')),
  );
  return { [kind.prefix]: items, ...page };
}

function changes(kind: RoomKind): Route[] {
  const textRoutes = (['topic', 'announcement', 'description'] as const).map((field): Route => ({
    method: 'POST',
    path: `${kind.prefix}.set${field.charAt(0).toUpperCase()}${field.slice(1)}`,
    params: roomAnd({ [field]: text() }),
    act(call) {
      describeRoom(call.workspace, call.caller, targetRoom(call, kind), field, textOf(call.params, field));
      return { [field]: textOf(call.params, field) };
    },
  }));
  return [
    { method: 'POST', path: `${kind.prefix}.create`, params: creation(kind), act: (call) => create(call, kind) },
    {
      method: 'POST',
      path: `${kind.prefix}.rename`,
      params: roomAnd({ name: text() }),
      act(call) {
        const room = targetRoom(call, kind);
        if (room.name === textOf(call.params, 'name'))
          throw new Error('The channel name is the same as what it would be renamed to.');
        renameRoom(call.workspace, call.caller, room, textOf(call.params, 'name'));
        return { [kind.key]: room };
      },
    },
    {
      method: 'POST',
      path: `${kind.prefix}.delete`,
      params: roomAnd(),
      act(call) {
        deleteRoom(call.workspace, call.caller, targetRoom(call, kind));
        return {};
      },
    },
    {
      method: 'POST',
      path: `${kind.prefix}.setReadOnly`,
      params: roomAnd({ readOnly: flag() }),
      act(call) {
        const room = targetRoom(call, kind);
        if (room.ro === optionalFlag(call.params, 'readOnly'))
          throw new Error('The channel read only setting is the same as what it would be changed to.');
        setReadOnly(call.workspace, call.caller, room, optionalFlag(call.params, 'readOnly') === true);
        return { [kind.key]: room };
      },
    },
    archiving(kind, 'archive'),
    archiving(kind, 'unarchive'),
    ...textRoutes,
  ];
}

function archiving(kind: RoomKind, verb: 'archive' | 'unarchive'): Route {
  return {
    method: 'POST',
    path: `${kind.prefix}.${verb}`,
    params: roomAnd(),
    act(call) {
      setArchived(call.workspace, call.caller, targetRoom(call, kind), verb === 'archive');
      return {};
    },
  };
}

function creation(kind: RoomKind): ReturnType<typeof shape> {
  const optional = kind.type === 'c' ? maybe : nullable;
  return shape({
    name: text(),
    members: optional(list(text())),
    ...(kind.type === 'c' ? { teams: maybe(list(text())) } : {}),
    readOnly: optional(flag()),
    customFields: optional(object()),
    excludeSelf: optional(flag()),
    extraData: optional(
      object(
        shape({
          broadcast: maybe(flag()),
          encrypted: maybe(flag()),
          teamId: optional(text()),
          topic: optional(text()),
          federated: optional(flag()),
        }),
      ),
    ),
  });
}

function create({ workspace, caller, params }: AuthenticatedCall, kind: RoomKind): Record<string, unknown> {
  const extra = optionalRecord(params, 'extraData') ?? {};
  const topic = optionalText(extra, 'topic');
  const customFields = optionalRecord(params, 'customFields');
  const room = createRoom(workspace, caller, {
    type: kind.type,
    name: textOf(params, 'name'),
    members: optionalTexts(params, 'members') ?? [],
    readOnly: optionalFlag(params, 'readOnly') ?? false,
    excludeSelf: optionalFlag(params, 'excludeSelf') ?? false,
    encrypted: optionalFlag(extra, 'encrypted') ?? false,
    broadcast: optionalFlag(extra, 'broadcast') ?? false,
    ...(topic === undefined ? {} : { topic }),
    ...(customFields === undefined ? {} : { customFields }),
  });
  return { [kind.key]: room };
}
