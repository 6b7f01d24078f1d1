import { accessibleRoom } from '../access.ts';
import { MeteorError } from '../meteor.ts';
import { markRead } from '../read-receipts.ts';
import { type AuthenticatedCall, optionalText, type Route, textOf } from '../route.ts';
import { flag, nullable, shape, text } from '../validation.ts';

export const subscriptionRoutes: readonly Route[] = [
  { method: 'GET', path: 'subscriptions.get', params: shape({ updatedSince: nullable(text()) }), act: own },
  {
    method: 'GET',
    path: 'subscriptions.getOne',
    params: shape({ roomId: text() }),
    act: ({ workspace, caller, params }) => ({
      subscription: workspace.rooms.subscription(textOf(params, 'roomId'), caller.user._id) ?? null,
    }),
  },
  {
    method: 'POST',
    path: 'subscriptions.read',
    params: {
      anyOf: [
        shape({ rid: text(), readThreads: nullable(flag()) }),
        shape({ roomId: text(), readThreads: nullable(flag()) }),
      ],
    },
    act: read,
  },
];

function own({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const since = optionalText(params, 'updatedSince');
  const after = since === undefined ? -1 : Date.parse(since);
  if (Number.isNaN(after))
    throw new MeteorError('error-roomId-param-invalid', 'The "lastUpdate" query parameter must be a valid date.');
  return {
    update: workspace.rooms.subscriptionsOf(caller.user._id).filter(({ _updatedAt }) => _updatedAt.getTime() > after),
    remove: since === undefined ? [] : workspace.rooms.unsubscribedAfter(caller.user._id, after),
  };
}

function read({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const room = accessibleRoom(workspace, caller, optionalText(params, 'rid') ?? textOf(params, 'roomId'));
  markRead(workspace, caller, room);
  return {};
}
