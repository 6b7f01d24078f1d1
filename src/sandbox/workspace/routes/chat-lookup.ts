import { accessibleRoom, canAccess } from '../access.ts';
import { syncMessages } from '../message-sync.ts';
import { MeteorError } from '../meteor.ts';
import { receiptsOf } from '../read-receipts.ts';
import {
  type AuthenticatedCall,
  optionalNumber,
  optionalText,
  paged,
  type RawAnswer,
  type Route,
  textOf,
} from '../route.ts';
import { maybe, nullable, number, shape, text } from '../validation.ts';

const pages = { count: nullable(number()), offset: nullable(number()), sort: nullable(text()) };

export const chatLookupRoutes: readonly Route[] = [
  { method: 'GET', path: 'chat.getMessage', params: shape({ msgId: text({ minLength: 1 }) }), act: getMessage },
  {
    method: 'GET',
    path: 'chat.syncMessages',
    params: ({ cursorSync, syncFromTs }) =>
      shape({
        roomId: text(),
        lastUpdate: nullable(text()),
        ...(cursorSync
          ? {
              count: nullable(number()),
              next: nullable(text()),
              previous: nullable(text()),
              type: nullable(text({ oneOf: ['UPDATED', 'DELETED'] })),
            }
          : {}),
        ...(syncFromTs ? { fromTs: maybe(text({ date: true })) } : {}),
      }),
    act({ workspace, caller, params }) {
      accessibleRoom(workspace, caller, textOf(params, 'roomId'));
      const optional = (key: string): string | undefined => optionalText(params, key) || undefined;
      const result = syncMessages(workspace, {
        roomId: textOf(params, 'roomId'),
        lastUpdate: optional('lastUpdate'),
        fromTs: optional('fromTs'),
        type: optional('type'),
        next: optional('next'),
        previous: optional('previous'),
        count: optionalNumber(params, 'count') || undefined,
      });
      return { result };
    },
  },
  {
    method: 'GET',
    path: 'chat.getDeletedMessages',
    params: shape({ roomId: text({ minLength: 1 }), since: text({ minLength: 1, date: true }), ...pages }),
    act(call) {
      const deleted = call.workspace.messages.deletedAfter(
        textOf(call.params, 'roomId'),
        Date.parse(textOf(call.params, 'since')),
      );
      const { items, ...page } = paged(call, deleted);
      return { messages: items.map(({ _id }) => ({ _id })), ...page };
    },
  },
  {
    method: 'GET',
    path: 'chat.getThreadMessages',
    params: ({ major }) =>
      shape({
        tmid: text({ minLength: 1 }),
        ...(major >= 8 ? { aroundId: nullable(text({ minLength: 1 })) } : {}),
        ...pages,
      }),
    act: threadMessages,
  },
  {
    method: 'GET',
    path: 'chat.getMessageReadReceipts',
    params: shape({ messageId: text() }),
    act: ({ workspace, caller, params }) => ({ receipts: receiptsOf(workspace, caller, textOf(params, 'messageId')) }),
  },
  {
    method: 'GET',
    path: 'chat.getPinnedMessages',
    params: shape({ roomId: text({ minLength: 1 }), ...pages }),
    act(call) {
      const room = accessibleRoom(call.workspace, call.caller, textOf(call.params, 'roomId'));
      const { items, ...page } = paged(
        call,
        call.workspace.messages.inRoom(room._id).filter(({ pinned }) => pinned === true),
      );
      return { messages: items, ...page };
    },
  },
];

/** An unknown message is a bare `{success: false}`. A hidden one is shown, as the real server does. */
function getMessage({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> | RawAnswer {
  const message = workspace.messages.get(textOf(params, 'msgId'));
  if (message === undefined) {
    return { raw: true, status: 400, headers: { 'Content-Type': 'application/json' }, body: '{"success":false}' };
  }
  const room = workspace.rooms.byId(message.rid);
  if (room === undefined || !canAccess(workspace, caller, room)) {
    throw new MeteorError('error-not-allowed', 'Not allowed', { method: 'getSingleMessage' });
  }
  return { message };
}

function threadMessages(call: AuthenticatedCall): Record<string, unknown> {
  const { workspace, caller, params } = call;
  const root = workspace.messages.get(textOf(params, 'tmid'));
  if (root === undefined) throw new MeteorError('error-invalid-message', 'Invalid Message');
  accessibleRoom(workspace, caller, root.rid);
  const replies = workspace.messages
    .inRoom(root.rid)
    .filter(({ tmid, _hidden }) => tmid === root._id && _hidden !== true);
  const { items, ...page } = paged(call, replies);
  return { messages: items, ...page };
}
