import { meteorId } from './meteor.ts';
import { federationSettings, legacyRegistration } from './federation-settings.ts';
import type { Dialect } from './dialects.ts';

/** Defaults of the settings that the sandbox obeys (server/settings of Rocket.Chat 6.14 and 8.8). */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  Site_Url: '',
  Site_Name: 'Sandbox',
  LDAP_Enable: false,
  Message_MaxAllowedSize: 5000,
  Message_AllowEditing: true,
  Message_AllowEditing_BlockEditInMinutes: 0,
  Message_AllowPinning: true,
  Message_AllowDirectMessagesToYourself: true,
  Message_AllowDeleting: true,
  Message_AllowDeleting_BlockDeleteInMinutes: 0,
  Message_ShowDeletedStatus: false,
  Message_KeepHistory: false,
  Message_QuoteChainLimit: 2,
  Message_ErasureType: 'Delete',
  Message_Read_Receipt_Enabled: false,
  Message_Read_Receipt_Store_Users: false,
  Message_CustomFields_Enabled: false,
  Hide_System_Messages: [],
  Threads_enabled: true,
  Discussion_enabled: true,
  Message_Attachments_Thumbnails_Enabled: true,
  Message_Attachments_Thumbnails_Width: 480,
  Message_Attachments_Thumbnails_Height: 360,
  FileUpload_Enabled: true,
  FileUpload_Enabled_Direct: true,
  FileUpload_MaxFileSize: 104_857_600,
  FileUpload_MediaTypeWhiteList: '',
  FileUpload_MediaTypeBlackList: 'image/svg+xml',
  FileUpload_ProtectFiles: true,
  FileUpload_Restrict_to_room_members: true,
  RetentionPolicy_Enabled: false,
  RetentionPolicy_FilesOnly: false,
  RetentionPolicy_AppliesToChannels: false,
  RetentionPolicy_TTL_Channels: 2_592_000_000,
  RetentionPolicy_AppliesToGroups: false,
  RetentionPolicy_TTL_Groups: 2_592_000_000,
  UTF8_User_Names_Validation: '[0-9a-zA-Z-_.]+',
  UTF8_Channel_Names_Validation: '[0-9a-zA-Z-_.]+',
  UI_Use_Real_Name: false,
  UI_DisplayRoles: true,
  UI_Allow_room_names_with_special_chars: false,
  DirectMesssage_maxUsers: 8,
  Presence_broadcast_disabled: false,
  Accounts_AvatarBlockUnauthenticatedAccess: true,
  Accounts_EmailVerification: false,
  Accounts_LoginExpiration: 90,
  Accounts_AllowUserAvatarChange: true,
  Accounts_AllowUserProfileChange: true,
  Accounts_AllowRealNameChange: true,
  Accounts_AllowUsernameChange: true,
  Accounts_AllowUserStatusMessageChange: true,
  Accounts_AllowInvisibleStatusOption: true,
  Accounts_SystemBlockedUsernameList: 'admin,administrator,system,user',
  Accounts_TwoFactorAuthentication_Enabled: true,
  Accounts_TwoFactorAuthentication_RememberFor: 1800,
  API_Enable_Rate_Limiter: true,
  API_Enable_Rate_Limiter_Limit_Calls_Default: 10,
  API_Enable_Rate_Limiter_Limit_Time_Default: 60_000,
  API_Upper_Count_Limit: 100,
  API_Default_Count: 50,
  API_Allow_Infinite_Count: true,
  API_Enable_Direct_Message_History_EndPoint: false,
  DDP_Rate_Limit_IP_Enabled: true,
  DDP_Rate_Limit_IP_Requests_Allowed: 120_000,
  DDP_Rate_Limit_IP_Interval_Time: 60_000,
  DDP_Rate_Limit_User_Enabled: true,
  DDP_Rate_Limit_User_Requests_Allowed: 1200,
  DDP_Rate_Limit_User_Interval_Time: 60_000,
  DDP_Rate_Limit_Connection_Enabled: true,
  DDP_Rate_Limit_Connection_Requests_Allowed: 600,
  DDP_Rate_Limit_Connection_Interval_Time: 60_000,
  DDP_Rate_Limit_User_By_Method_Enabled: true,
  DDP_Rate_Limit_User_By_Method_Requests_Allowed: 20,
  DDP_Rate_Limit_User_By_Method_Interval_Time: 10_000,
  DDP_Rate_Limit_Connection_By_Method_Enabled: true,
  DDP_Rate_Limit_Connection_By_Method_Requests_Allowed: 10,
  DDP_Rate_Limit_Connection_By_Method_Interval_Time: 10_000,
  /** Days left before an unreported workspace refuses to send; -1: a licence without that limit. */
  Cloud_Workspace_AirGapped_Restrictions_Remaining_Days: -1,
};

/** Readable only by an admin through `settings/:_id`. */
const PRIVATE =
  /^(API_|DDP_|FileUpload_Restrict_|Message_CustomFields_|Accounts_SystemBlocked|Federation_(Matrix|Service)_(?!enabled|Enabled))/;

export interface Settings {
  get<Value>(id: string): Value;
  has(id: string): boolean;
  set(id: string, value: unknown): void;
  /** Ids and values that `settings.public` shows. */
  publicEntries(): [string, unknown][];
}

export interface SettingsSetup {
  /** Over the server's defaults; ids not in the defaults may be added. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** By `OVERWRITE_SETTING_…` in the server's environment: whatever is set, they stay. */
  readonly forced?: Readonly<Record<string, unknown>> | undefined;
  readonly dialect: Pick<Dialect, 'major' | 'minor'>;
}

export function createSettings({ overrides, forced = {}, dialect }: SettingsSetup): Settings {
  // Each workspace has its own: bridges tell by it whose room is whose.
  const { uniqueID: given } = overrides;
  const uniqueID = typeof given === 'string' ? given : meteorId();
  const values = new Map<string, unknown>(
    Object.entries({ ...DEFAULTS, uniqueID, ...federationSettings(dialect, uniqueID), ...overrides, ...forced }),
  );
  let outdated: string | undefined;
  const registration = (): string => {
    const seen = outdated ?? legacyRegistration(values);
    outdated = undefined;
    return seen;
  };
  return {
    get: <Value>(id: string) => (id === REGISTRATION ? registration() : values.get(id)) as Value,
    has: (id) => values.has(id),
    set: (id, value) => {
      if (Object.hasOwn(forced, id)) return;
      if (id.startsWith('Federation_Matrix_')) outdated ??= legacyRegistration(values);
      values.set(id, value);
    },
    publicEntries: () => [...values].filter(([id]) => !PRIVATE.test(id)),
  };
}

/** Made anew of the others a while after they changed: the first who looks still sees the old one. */
const REGISTRATION = 'Federation_Matrix_registration_file';
