import { accessibleRoom } from '../access.ts';
import { MeteorError } from '../meteor.ts';
import { pruneRoom } from '../pruning.ts';
import { type AuthenticatedCall, optionalFlag, optionalNumber, optionalTexts, type Route, textOf } from '../route.ts';
import { flag, list, maybe, number, shape, text } from '../validation.ts';

export const pruningRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'rooms.cleanHistory',
    params: shape({
      roomId: text(),
      latest: text(),
      oldest: text(),
      inclusive: maybe(flag()),
      excludePinned: maybe(flag()),
      filesOnly: maybe(flag()),
      users: maybe(list(text())),
      limit: maybe(number()),
      ignoreDiscussion: maybe(flag()),
      ignoreThreads: maybe(flag()),
    }),
    act: prune,
  },
];

function prune({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const room = accessibleRoom(workspace, caller, textOf(params, 'roomId'));
  const [oldest, latest] = ['oldest', 'latest'].map((key) => new Date(textOf(params, key)));
  if (oldest === undefined || latest === undefined || Number.isNaN(oldest.getTime() + latest.getTime()))
    throw new MeteorError('error-invalid-date', 'Invalid date');
  const isSet = (key: string): boolean => optionalFlag(params, key) === true;
  const count = pruneRoom(workspace, caller, room, {
    oldest,
    latest,
    inclusive: isSet('inclusive'),
    excludePinned: isSet('excludePinned'),
    ignoreDiscussion: isSet('ignoreDiscussion'),
    ignoreThreads: isSet('ignoreThreads'),
    filesOnly: isSet('filesOnly'),
    users: optionalTexts(params, 'users') ?? [],
    limit: optionalNumber(params, 'limit') ?? 0,
  });
  return { _id: room._id, count };
}
