import { MeteorError } from './meteor.ts';

type Values = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => typeof value === 'number';
const isUrl: Check = (value) => typeof value === 'string' && /^(?:https?:\/\/|data:|\/file-upload)/.test(value);

const ATTACHMENT: Readonly<Record<string, Check>> = {
  color: isText,
  text: isText,
  ts: (value) => isText(value) || isNumber(value),
  button_alignment: isText,
  actions: Array.isArray,
  fields: Array.isArray,
  collapsed: isFlag,
  author_name: isText,
  title: isText,
  title_link_download: isFlag,
  image_preview: isText,
  image_type: isText,
  image_size: isNumber,
  audio_type: isText,
  audio_size: isNumber,
  video_type: isText,
  video_size: isNumber,
  ...Object.fromEntries(
    [
      'thumb_url',
      'message_link',
      'author_link',
      'author_icon',
      'title_link',
      'image_url',
      'audio_url',
      'video_url',
    ].map((key) => [key, isUrl]),
  ),
};
const FIELD: Readonly<Record<string, Check>> = {
  short: isFlag,
  title: isText,
  value: (value) => isText(value) || isNumber(value) || isFlag(value),
};
const ACTION: Readonly<Record<string, Check>> = {
  type: isText,
  text: isText,
  url: isUrl,
  image_url: isUrl,
  is_webview: isFlag,
  webview_height_ratio: isText,
  msg: isText,
  msg_in_chat_window: isFlag,
};

/** What the server itself checks of a message's attachments (validateMessage); what it does not know it stores. */
export function refuseAttachments(attachments: readonly Values[] | undefined): void {
  for (const one of attachments ?? []) {
    check(one, ATTACHMENT);
    for (const field of listed(one['fields'])) {
      check(field, FIELD);
      if (!field['title'] || !field['value']) throw new Error('Invalid attachment field, title and value is required');
    }
    for (const action of listed(one['actions'])) check(action, ACTION);
  }
}

const listed = (value: unknown): readonly Values[] => (Array.isArray(value) ? (value as Values[]) : []);

function check(values: Values, checks: Readonly<Record<string, Check>>): void {
  for (const [key, isValid] of Object.entries(checks)) {
    const value = values[key];
    if (value !== undefined && value !== null && !isValid(value)) throw new MeteorError(400, 'Match failed');
  }
}
