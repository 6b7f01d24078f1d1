import type { HomeserverFacts } from './homeserver-facts.ts';
import type { WantedChange, WantedPermission, WantedSetting } from './wanted-change.ts';
import type { WorkspaceFacts } from './workspace-facts.ts';

const UPLOAD_SIZE = 'FileUpload_MaxFileSize';
/** What Rocket.Chat has unless somebody changed it. */
const UNSET_BYTES = 104_857_600;

/** Roles of the bridge's account. */
const BOT_ROLES: readonly string[] = ['admin', 'bot'];

/** What the bridge's account does, and which of its roles has the right to in a new workspace. */
const NEEDED: readonly (readonly [permission: string, role: 'admin' | 'bot', what: string])[] = [
  ['message-impersonate', 'bot', 'speak under the names of people on Matrix'],
  ['api-bypass-rate-limit', 'bot', 'relay more than ten messages a minute'],
  ['send-many-messages', 'bot', 'relay more than five messages a second'],
  ['create-user', 'admin', 'make the accounts of people on Matrix'],
  ['edit-other-user-info', 'admin', 'name them'],
  ['edit-other-user-password', 'admin', 'log them in'],
  ['edit-other-user-active-status', 'admin', 'deactivate them'],
  ['edit-other-user-avatar', 'admin', 'give them their pictures'],
  ['view-privileged-setting', 'admin', 'read the settings it goes by'],
  ['view-room-administration', 'admin', 'see new direct messages'],
  ['view-full-other-user-info', 'admin', 'find people'],
];

/** Optional changes, each only with its flag. */
export interface BridgeOptions {
  /** Say who has read a message, so that receipts reach Matrix: needs the licence's read receipts. */
  readonly readReceipts: boolean;
}

/** What has to change in a workspace that rcfed's bridge federates. */
export function bridgeChanges(
  workspace: WorkspaceFacts,
  homeserver: Pick<HomeserverFacts, 'uploadLimit' | 'uploadLimitKnown'>,
  options: BridgeOptions,
): readonly WantedChange[] {
  return [
    ...uploadChange(workspace, homeserver),
    ...missingPermissions(workspace),
    ...(options.readReceipts ? receiptChanges(workspace) : []),
  ];
}

/**
 * The smaller limit is to hold on both sides. That of the homeserver is in its configuration file: where it is the
 * larger one, the workspace's is raised only on demand. One that takes no files at all is no reason for the workspace
 * to take none.
 */
function uploadChange(
  { settings }: WorkspaceFacts,
  { uploadLimit, uploadLimitKnown }: Pick<HomeserverFacts, 'uploadLimit' | 'uploadLimitKnown'>,
): readonly WantedSetting[] {
  const value = settings.get(UPLOAD_SIZE) ?? UNSET_BYTES;
  if (!uploadLimitKnown || typeof value !== 'number') return [];
  const from = value < 0 ? Number.POSITIVE_INFINITY : value;
  const to = uploadLimit ?? Number.POSITIVE_INFINITY;
  if (from === to || to === 0) return [];
  return [
    {
      kind: 'setting',
      id: UPLOAD_SIZE,
      from: value,
      to: Number.isFinite(to) ? to : -1,
      why:
        from > to
          ? 'A file that the homeserver refuses reaches nobody on Matrix.'
          : 'The homeserver takes larger files than the workspace; they do not arrive.',
      loosens: from < to,
      secret: false,
    },
  ];
}

function missingPermissions({ permissions }: WorkspaceFacts): readonly WantedPermission[] {
  if (permissions === undefined) return [];
  return NEEDED.flatMap(([id, role, what]) => {
    const from = permissions.get(id);
    if (from === undefined || from.some((each) => BOT_ROLES.includes(each))) return [];
    return [
      {
        kind: 'permission' as const,
        id,
        from,
        to: [...from, role],
        why: `Without it the bridge can't ${what}.`,
        loosens: true,
      },
    ];
  });
}

const RECEIPTS = ['Message_Read_Receipt_Enabled', 'Message_Read_Receipt_Store_Users'] as const;

function receiptChanges({ settings }: WorkspaceFacts): readonly WantedSetting[] {
  return RECEIPTS.flatMap((id) =>
    settings.get(id) === false
      ? [
          {
            kind: 'setting' as const,
            id,
            from: false,
            to: true,
            why: 'For read receipts on Matrix.',
            loosens: false,
            secret: false,
          },
        ]
      : [],
  );
}

/** Settings that {@link bridgeChanges} reads and that are not public. */
export const bridgeSettings: readonly string[] = [...RECEIPTS, 'LDAP_Enable'];
