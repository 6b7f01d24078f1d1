import type { MessageDocument } from '../documents.ts';
import { deleteMessage } from '../deletion.ts';
import { may } from '../access.ts';
import { MeteorError } from '../meteor.ts';
import { type MessageDraft, sendMessage, updateMessage } from '../messages.ts';
import { pinMessage, unpinMessage } from '../pins.ts';
import { postMessage } from '../posting.ts';
import { react } from '../reactions.ts';
import { type AuthenticatedCall, optionalFlag, optionalRecord, optionalText, type Route, textOf } from '../route.ts';
import { flag, list, maybe, nullable, object, type Schema, shape, text, either } from '../validation.ts';

const messageShape = shape(
  {
    _id: nullable(text()),
    rid: maybe(text()),
    tmid: nullable(text()),
    msg: nullable(text()),
    alias: nullable(text()),
    emoji: nullable(text()),
    tshow: nullable(flag()),
    avatar: nullable(text()),
    attachments: nullable(list(object())),
    blocks: nullable(list(object())),
    customFields: nullable(object()),
  },
  true,
);

const postFields = {
  text: nullable(text()),
  alias: nullable(text()),
  emoji: nullable(text()),
  avatar: nullable(text()),
  attachments: nullable(list(object())),
  tmid: maybe(text()),
  customFields: nullable(object()),
  parseUrls: maybe(flag()),
};
const oneOrMany = either(text(), list(text()));

const reactFields = { messageId: text({ minLength: 1 }), shouldReact: nullable(flag()) };
const byMessageId: Schema = shape({ messageId: text({ minLength: 1 }) });

export const chatRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'chat.sendMessage',
    params: shape({ message: object(messageShape), previewUrls: nullable(list(text())) }),
    act: send,
  },
  {
    method: 'POST',
    path: 'chat.postMessage',
    params: { oneOf: [shape({ roomId: oneOrMany, ...postFields }), shape({ channel: oneOrMany, ...postFields })] },
    act: postMessage,
  },
  {
    method: 'POST',
    path: 'chat.update',
    params: shape({
      roomId: text(),
      msgId: text(),
      text: text(),
      previewUrls: nullable(list(text())),
      customFields: nullable(object()),
    }),
    act({ workspace, caller, params }) {
      const message = messageInRoom(workspace, params);
      return { message: updateMessage(workspace, caller, message, textOf(params, 'text')) };
    },
  },
  {
    method: 'POST',
    path: 'chat.delete',
    params: ({ major }) =>
      major >= 8
        ? {
            anyOf: [
              shape({ msgId: text(), roomId: text(), fileId: maybe(text()), asUser: nullable(flag()) }),
              shape({ fileId: text(), msgId: maybe(text()), roomId: maybe(text()), asUser: nullable(flag()) }),
            ],
          }
        : shape({ msgId: text(), roomId: text(), asUser: nullable(flag()) }),
    act: remove,
  },
  {
    method: 'POST',
    path: 'chat.react',
    params: { oneOf: [shape({ emoji: text(), ...reactFields }), shape({ reaction: text(), ...reactFields })] },
    act(call) {
      const emoji = optionalText(call.params, 'emoji') ?? textOf(call.params, 'reaction');
      react(call.workspace, call.caller, existing(call), emoji, optionalFlag(call.params, 'shouldReact'));
      return {};
    },
  },
  {
    method: 'POST',
    path: 'chat.pinMessage',
    params: byMessageId,
    act: (call) => ({ message: pinMessage(call.workspace, call.caller, existing(call)) }),
  },
  {
    method: 'POST',
    path: 'chat.unPinMessage',
    params: byMessageId,
    act(call) {
      unpinMessage(call.workspace, call.caller, existing(call));
      return {};
    },
  },
];

function send({ workspace, caller, params }: AuthenticatedCall): { message: MessageDocument } {
  const draft = optionalRecord(params, 'message') ?? {};
  if (typeof draft['t'] === 'string') throw new Error("Cannot send system messages using 'chat.sendMessage'");
  if (typeof draft['rid'] !== 'string') throw new Error("The 'rid' property on the message object is missing.");
  const ts = draft['ts'];
  const message = sendMessage(workspace, caller, {
    ...(draft as unknown as MessageDraft),
    ...(ts === undefined ? {} : { ts: new Date(ts as string | number) }),
  });
  // A taken `_id`: the server goes on with nothing in hand, and this is what callers get to read.
  if (message === undefined) throw new TypeError("Cannot read properties of undefined (reading '_id')");
  return { message };
}

function messageInRoom(
  workspace: AuthenticatedCall['workspace'],
  params: AuthenticatedCall['params'],
): MessageDocument {
  const message = workspace.messages.get(textOf(params, 'msgId'));
  if (message === undefined) throw new Error(`No message found with the id of "${textOf(params, 'msgId')}".`);
  const room = optionalText(params, 'roomId');
  if (room !== undefined && room !== message.rid)
    throw new Error('The room id provided does not match where the message is from.');
  return message;
}

function existing({ workspace, params }: AuthenticatedCall): MessageDocument {
  const message = workspace.messages.get(textOf(params, 'messageId'));
  if (message !== undefined) return message;
  throw new MeteorError('error-message-not-found', 'The provided "messageId" does not match any existing message.');
}

function remove({ workspace, caller, params }: AuthenticatedCall): Record<string, unknown> {
  const message =
    optionalText(params, 'fileId') === undefined
      ? messageInRoom(workspace, params)
      : messageWithFile(workspace, textOf(params, 'fileId'));
  const asUser = optionalFlag(params, 'asUser') === true;
  if (asUser && message.u._id !== caller.user._id && !may(workspace, caller, 'force-delete-message', message.rid)) {
    throw new Error(
      'Unauthorized. You must have the permission "force-delete-message" to delete other\'s message as them.',
    );
  }
  const actor = asUser ? workspace.accounts.byId(message.u._id) : caller;
  if (actor === undefined) throw new Error('User not found');
  const { _id, rid, u } = message;
  deleteMessage(workspace, actor, message);
  return { _id, ts: String(workspace.clock.now()), message: { _id, rid, u } };
}

function messageWithFile(workspace: AuthenticatedCall['workspace'], fileId: string): MessageDocument {
  for (const message of workspace.messages.all()) if (message.file?._id === fileId) return message;
  throw new Error(`No message found with the file id: "${fileId}".`);
}
