import { may } from './access.ts';
import type { Account } from './account-book.ts';
import type { EmojiDocument } from './emoji-book.ts';
import { imageInfo } from './image-info.ts';
import { meteorId, MeteorError } from './meteor.ts';
import type { RestAnswer } from './rest.ts';
import type { UploadedPart } from './route.ts';
import { later, type Workspace } from './workspace.ts';

/** Names become slugs: lower case, everything that is neither letter nor digit an underscore. */
const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/g, '');

/**
 * `emoji-custom.create`.
 * @returns false for everything that the real server logs and then answers with a bare `{success: false}`:
 *   a missing permission, an empty name, a name that is taken.
 * @throws MeteorError for what is no image.
 */
export function createEmoji(
  workspace: Workspace,
  caller: Account,
  part: UploadedPart,
  wanted: { readonly name: string; readonly aliases: string },
): boolean {
  if (imageInfo(part.bytes) === undefined)
    throw new MeteorError('emoji-is-not-image', "Emoji file provided cannot be uploaded since it's not an image");
  const name = slug(wanted.name);
  const aliases = wanted.aliases
    .split(',')
    .map(slug)
    .filter((alias) => alias !== '' && alias !== name);
  const taken = [name, ...aliases].some((one) => workspace.emoji.find(one) !== undefined);
  if (!may(workspace, caller, 'manage-emoji') || name === '' || taken) return false;
  const extension = (part.type.split('/')[1] ?? '').replace('svg+xml', 'png');
  const emoji = { _id: meteorId(), name, aliases, extension, etag: meteorId(), _updatedAt: workspace.stamp() };
  workspace.emoji.add(emoji, part.bytes);
  announceEmoji(workspace, emoji);
  // Once the image is stored it is told again, half a second later on the real server.
  later(workspace, 1, () => announceEmoji(workspace, emoji));
  return true;
}

/** `emoji-custom.update` with a new image: what marks it as new is told once it is stored. */
export function updateEmoji(workspace: Workspace, caller: Account, id: string, part: UploadedPart): void {
  if (!may(workspace, caller, 'manage-emoji')) throw new MeteorError('not_authorized', '');
  const emoji = workspace.emoji.byId(id);
  if (emoji === undefined) throw new Error('Emoji not found.');
  if (imageInfo(part.bytes) === undefined)
    throw new MeteorError('emoji-is-not-image', "Emoji file provided cannot be uploaded since it's not an image");
  workspace.emoji.remove(emoji);
  announceEmoji(workspace, emoji);
  const updated = { ...emoji, etag: meteorId(), _updatedAt: workspace.stamp() };
  workspace.emoji.add(updated, part.bytes);
  later(workspace, 1, () => announceEmoji(workspace, updated));
}

/** `emoji-custom.delete` */
export function deleteEmoji(workspace: Workspace, caller: Account, id: string): void {
  if (!may(workspace, caller, 'manage-emoji')) throw new MeteorError('not_authorized', '');
  const emoji = workspace.emoji.byId(id);
  if (emoji === undefined)
    throw new MeteorError('Custom_Emoji_Error_Invalid_Emoji', 'Invalid emoji', { method: 'deleteEmojiCustom' });
  workspace.emoji.remove(emoji);
  workspace.bus.emit({ kind: 'notify-logged', event: 'deleteEmojiCustom', args: [{ emojiData: emoji }] });
}

function announceEmoji(workspace: Workspace, { _id, name, aliases, extension, etag }: EmojiDocument): void {
  const emojiData = { _id, name, aliases, extension, etag };
  workspace.bus.emit({ kind: 'notify-logged', event: 'updateEmojiCustom', args: [{ emojiData }] });
}

const PLACEHOLDER =
  '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><text x="50%" y="50%" text-anchor="middle">?</text></svg>';

/** `GET /emoji-custom/<name>.<extension>`, for anybody. An unknown one is a drawn placeholder, not a 404. */
export function emojiAnswer(workspace: Workspace, file: string): RestAnswer {
  const bytes = workspace.emoji.image(file);
  if (bytes === undefined) return { status: 200, headers: { 'Content-Type': 'image/svg+xml' }, body: PLACEHOLDER };
  const type = /\.png$/i.test(file) ? 'image/png' : 'image/jpeg';
  return { status: 200, headers: { 'Content-Type': type }, body: bytes };
}
