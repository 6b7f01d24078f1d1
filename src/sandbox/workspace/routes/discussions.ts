import { createDiscussion } from '../discussions.ts';
import { type AuthenticatedCall, optionalText, optionalTexts, type Route, textOf } from '../route.ts';
import { flag, list, nullable, shape, text } from '../validation.ts';

export const discussionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'rooms.createDiscussion',
    params: ({ major }) =>
      shape({
        prid: text(),
        t_name: text(),
        pmid: nullable(text()),
        reply: nullable(text()),
        users: nullable(list(text())),
        encrypted: nullable(flag()),
        ...(major >= 8 ? { topic: nullable(text()) } : {}),
      }),
    act: create,
  },
];

function create({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const discussion = createDiscussion(workspace, caller, {
    parentRoomId: textOf(params, 'prid'),
    messageId: optionalText(params, 'pmid'),
    name: textOf(params, 't_name'),
    topic: optionalText(params, 'topic'),
    usernames: optionalTexts(params, 'users') ?? [],
    reply: optionalText(params, 'reply'),
  });
  return { discussion: { ...discussion, rid: discussion._id } };
}
