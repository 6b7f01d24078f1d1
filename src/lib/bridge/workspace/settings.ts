import type { UploadLimits } from '../../rocketchat/file-types.ts';
import { UPLOAD_SETTINGS, uploadLimitsFrom } from '../../rocketchat/upload-limits.ts';
import { keptFresh } from '../kept-fresh.ts';
import type { BridgeParts } from '../parts.ts';

/** `DirectMesssage_maxUsers` as Rocket.Chat has it unless an administrator changes it. */
const DEFAULT_DIRECT_MEMBERS = 8;
/** `Message_MaxAllowedSize` as Rocket.Chat has it unless an administrator changes it. */
const DEFAULT_TEXT_LENGTH = 5_000;
const SETTINGS = [
  ...UPLOAD_SETTINGS,
  'DirectMesssage_maxUsers',
  'FileUpload_ProtectFiles',
  'Message_MaxAllowedSize',
  'Site_Url',
  'Threads_enabled',
  'UI_Use_Real_Name',
];

/** Public settings of the workspace that messages depend on. */
export interface WorkspaceSettings {
  /** `DirectMesssage_maxUsers`: most people in one direct message. */
  readonly directMembers: number;
  /** `Message_MaxAllowedSize`, in UTF-16 units; captions included. */
  readonly maxTextLength: number;
  /** `Site_Url`, without a slash at its end: what links between messages begin with. undefined: not set. */
  readonly siteUrl: string | undefined;
  /** `Threads_enabled` */
  readonly threads: boolean;
  readonly uploads: UploadLimits;
  /** `FileUpload_ProtectFiles`: files open for members only. */
  readonly protectsFiles: boolean;
  /** `UI_Use_Real_Name`: people are shown, and seen typing, by their names instead of their usernames. */
  readonly realNames: boolean;
}

export type ReadSettings = () => Promise<WorkspaceSettings>;

/** As they are or were a minute ago; rejects while they were never read. */
export function createReadSettings({
  workspace,
  clock,
  log,
}: Pick<BridgeParts, 'workspace' | 'clock' | 'log'>): ReadSettings {
  return keptFresh({
    read: async () => settingsOf(await workspace.publicSettings(SETTINGS)),
    clock,
    onUnread: (error) => log('warn', 'settings.unread', { reason: String(error) }),
  });
}

function settingsOf(values: ReadonlyMap<string, unknown>): WorkspaceSettings {
  const length = values.get('Message_MaxAllowedSize');
  const siteUrl = values.get('Site_Url');
  const directMembers = values.get('DirectMesssage_maxUsers');
  return {
    directMembers: typeof directMembers === 'number' && directMembers > 0 ? directMembers : DEFAULT_DIRECT_MEMBERS,
    maxTextLength: typeof length === 'number' && length > 0 ? length : DEFAULT_TEXT_LENGTH,
    siteUrl: typeof siteUrl === 'string' && siteUrl !== '' ? siteUrl.replace(/\/+$/, '') : undefined,
    threads: values.get('Threads_enabled') !== false,
    uploads: uploadLimitsFrom(values),
    protectsFiles: values.get('FileUpload_ProtectFiles') !== false,
    realNames: values.get('UI_Use_Real_Name') === true,
  };
}
