import type { MessageDocument, RoomDocument } from '../documents.ts';
import { hiddenTypes } from '../message-events.ts';
import { type AuthenticatedCall, optionalNumber, optionalText, paged, type Route } from '../route.ts';
import { maybe, nullable, number, type Schema, shape, text } from '../validation.ts';
import { roomAnd, type RoomKind, roomKinds, targetRoom } from './room-target.ts';

const yesNo = nullable(text({ oneOf: ['true', 'false'] }));

/** `channels|groups.history` and `.messages`. */
export const roomHistoryRoutes: readonly Route[] = roomKinds.flatMap((kind): Route[] => [
  {
    method: 'GET',
    path: `${kind.prefix}.history`,
    params: historySchema(kind),
    act: (call) => ({ messages: history(call, targetRoom(call, kind), showsThreads(call, kind)) }),
  },
  {
    method: 'GET',
    path: `${kind.prefix}.messages`,
    params: roomAnd({
      mentionIds: maybe(text()),
      starredIds: maybe(text()),
      pinned: maybe(text()),
      query: maybe(text()),
      count: nullable(number()),
      offset: nullable(number()),
      sort: nullable(text()),
    }),
    act: (call) => roomMessages(call, targetRoom(call, kind)),
  },
]);

/** The two schemas differ: the channel's is the stricter one. */
function historySchema({ type }: RoomKind): Schema {
  const filled = text(type === 'c' ? { minLength: 1 } : {});
  const choice = type === 'c' ? yesNo : nullable(text());
  const fields = {
    latest: nullable(filled),
    oldest: nullable(filled),
    inclusive: choice,
    unreads: choice,
    showThreadMessages: choice,
    count: nullable(number()),
    offset: nullable(number()),
    sort: nullable(text()),
  };
  return { oneOf: [shape({ roomId: filled, ...fields }), shape({ roomName: filled, ...fields })] };
}

/** Channels hide thread replies unless asked to show them, groups show them unless asked to hide them. */
function showsThreads({ params }: AuthenticatedCall, { type }: RoomKind): boolean {
  const asked = optionalText(params, 'showThreadMessages');
  return type === 'c' ? asked === 'true' : asked !== 'false';
}

/** Newest first; without `count` the last 20. */
export function history(
  { workspace, params }: AuthenticatedCall,
  room: RoomDocument,
  threads: boolean,
): MessageDocument[] {
  const hidden = hiddenTypes(workspace);
  const inclusive = optionalText(params, 'inclusive') === 'true' ? 0 : 1;
  const time = (key: string, otherwise: number): number => Date.parse(optionalText(params, key) ?? '') || otherwise;
  const latest = time('latest', workspace.clock.now() + 1) - inclusive;
  const oldest = time('oldest', -1) + inclusive;
  const offset = optionalNumber(params, 'offset') ?? 0;
  const count = optionalNumber(params, 'count') ?? 20;
  return workspace.messages
    .inRoom(room._id)
    .filter(({ ts, t, tmid, tshow, _hidden }) => {
      const shown =
        _hidden !== true && !(t !== undefined && hidden.has(t)) && (threads || tmid === undefined || tshow === true);
      return shown && ts.getTime() >= oldest && ts.getTime() <= latest;
    })
    .toReversed()
    .slice(offset, offset + count);
}

/** Everything visible, paged; newest first unless `sort` is `{"ts":1}`. */
export function roomMessages(call: AuthenticatedCall, room: RoomDocument): Record<string, unknown> {
  const oldestFirst = call.workspace.messages.inRoom(room._id).filter(({ _hidden }) => _hidden !== true);
  const ascending = /"ts"\s*:\s*1\b/.test(optionalText(call.params, 'sort') ?? '');
  const { items, ...page } = paged(call, ascending ? oldestFirst : oldestFirst.toReversed());
  return { messages: items, ...page };
}
