import { canAccess, may } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument } from './documents.ts';
import { messageChanged } from './message-events.ts';
import { MeteorError } from './meteor.ts';
import type { Workspace } from './workspace.ts';

/** The shortnames the sandbox knows; the real list has about 1,800. Everything else is no emoji. */
const KNOWN = new Set(
  (
    'thumbsup thumbsdown +1 -1 heart smile smiley grin joy laughing sob cry tada fire eyes rocket clap ok_hand wave pray ' +
    '100 white_check_mark heavy_check_mark x warning question exclamation star sparkles thinking muscle raised_hands ' +
    'slight_smile wink blush sunglasses heart_eyes angry scream zap sun coffee beer pizza cat dog bug'
  ).split(' '),
);

/** `chat.react`: toggles unless `shouldReact` says which way. */
export function react(
  workspace: Workspace,
  account: Account,
  message: MessageDocument,
  emoji: string,
  shouldReact?: boolean,
): void {
  const room = workspace.rooms.byId(message.rid);
  if (room === undefined || !canAccess(workspace, account, room))
    throw new MeteorError('not-authorized', 'Not Authorized', { method: 'setReaction' });
  const name = emoji.replaceAll(':', '');
  if (!KNOWN.has(name) && workspace.emoji.find(name) === undefined)
    throw new MeteorError('error-not-allowed', 'Invalid emoji provided.', { method: 'setReaction' });
  const { username } = account.user;
  if (room.ro === true && !may(workspace, account, 'post-readonly', room._id))
    throw new Error("You can't send messages because the room is readonly.");
  if (room.muted?.includes(username) === true)
    throw new MeteorError('error-not-allowed', 'You have been muted', { rid: room._id });
  const shortname = `:${name}:`;
  const has = message.reactions?.[shortname]?.usernames.includes(username) === true;
  const wants = shouldReact ?? !has;
  // Since 7.x a message without any reactions counts as neither so nor otherwise, and what is left to do is to add one.
  const misled = workspace.dialect.addsOnRemoval && message.reactions === undefined;
  if (wants === has && !(misled && shouldReact === false)) return;
  setReaction(message, shortname, username, !has);
  messageChanged(workspace, message);
}

function setReaction(message: MessageDocument, shortname: string, username: string, present: boolean): void {
  const reactions = { ...message.reactions };
  const others = (reactions[shortname]?.usernames ?? []).filter((one) => one !== username);
  if (present) reactions[shortname] = { usernames: [...others, username] };
  else if (others.length > 0) reactions[shortname] = { usernames: others };
  else delete reactions[shortname];
  if (Object.keys(reactions).length > 0) message.reactions = reactions;
  else delete message.reactions;
}
