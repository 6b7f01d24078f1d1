import { createEmoji, deleteEmoji, updateEmoji } from '../custom-emoji.ts';
import { MeteorError } from '../meteor.ts';
import { type AuthenticatedCall, optionalText, paged, type RawAnswer, type Route, textOf } from '../route.ts';
import { maybe, nullable, shape, text } from '../validation.ts';

export const customEmojiRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'emoji-custom.list',
    params: ({ major }) =>
      shape({
        query: maybe(text()),
        updatedSince: nullable(text()),
        ...(major >= 8 ? { _updatedAt: maybe(text()), _id: maybe(text()) } : {}),
      }),
    act: listed,
  },
  {
    method: 'GET',
    path: 'emoji-custom.all',
    act(call) {
      const { items, ...page } = paged(call, call.workspace.emoji.all());
      return { emojis: items, ...page };
    },
  },
  { method: 'POST', path: 'emoji-custom.create', act: create },
  { method: 'POST', path: 'emoji-custom.update', act: withNewImage },
  {
    method: 'POST',
    path: 'emoji-custom.delete',
    act({ workspace, caller, params }) {
      deleteEmoji(workspace, caller, textOf(params, 'emojiId'));
      return {};
    },
  },
];

function listed({ workspace, params }: AuthenticatedCall): Record<string, unknown> {
  const since = optionalText(params, 'updatedSince');
  const after = since === undefined ? -1 : Date.parse(since);
  if (Number.isNaN(after))
    throw new MeteorError('error-roomId-param-invalid', 'The "updatedSince" query parameter must be a valid date.');
  const update = workspace.emoji.all().filter(({ _updatedAt }) => _updatedAt.getTime() > after);
  return { emojis: { update, remove: [] } };
}

function withNewImage({ workspace, caller, params, files }: AuthenticatedCall): Record<string, unknown> {
  const part = files.find(({ name }) => name === 'emoji');
  if (part === undefined) throw new MeteorError('invalid-field', 'invalid-field');
  updateEmoji(workspace, caller, textOf(params, '_id'), part);
  return {};
}

function create({ workspace, caller, params, files }: AuthenticatedCall): Record<string, unknown> | RawAnswer {
  const part = files.find(({ name }) => name === 'emoji');
  if (part === undefined) throw new MeteorError('invalid-field', 'invalid-field');
  const wanted = { name: textOf(params, 'name'), aliases: textOf(params, 'aliases') };
  if (createEmoji(workspace, caller, part, wanted)) return {};
  return { raw: true, status: 400, headers: { 'Content-Type': 'application/json' }, body: '{"success":false}' };
}
