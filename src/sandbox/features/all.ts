import { botRows } from './bots.ts';
import { customEmojiRows } from './custom-emoji.ts';
import { deletionRows } from './deletions.ts';
import { editRows } from './edits.ts';
import type { Feature } from './feature.ts';
import { fileRows } from './files.ts';
import { insideThreadRows } from './inside-threads.ts';
import { longTextRows } from './long-texts.ts';
import { mediaRows } from './media.ts';
import { memberRows } from './members.ts';
import { mentionRows } from './mentions.ts';
import { otherKindRows } from './other-kinds.ts';
import { pollRows } from './polls.ts';
import { profileRows } from './profiles.ts';
import { pruneRows } from './prunes.ts';
import { pinRows } from './pins.ts';
import { presenceRows } from './presence.ts';
import { reactionRows } from './reactions.ts';
import { receiptRows } from './receipts.ts';
import { replyRows } from './replies.ts';
import { roomSettingRows } from './room-settings.ts';
import { roleRows } from './roles.ts';
import { textRows } from './text.ts';
import { threadRows } from './threads.ts';
import { typingRows } from './typing.ts';

/** Everything a message can be, in the order in which people meet it. */
export const features: readonly Feature[] = [
  ...textRows,
  ...longTextRows,
  ...editRows,
  ...deletionRows,
  ...pruneRows,
  ...replyRows,
  ...threadRows,
  ...reactionRows,
  ...customEmojiRows,
  ...fileRows,
  ...mediaRows,
  ...insideThreadRows,
  ...mentionRows,
  ...botRows,
  ...pollRows,
  ...otherKindRows,
  ...profileRows,
  ...pinRows,
  ...roomSettingRows,
  ...roleRows,
  ...memberRows,
  ...typingRows,
  ...receiptRows,
  ...presenceRows,
];
