import type { BridgeParts } from '../parts.ts';

/** So long a changed setting may go unnoticed. */
const FRESH_MS = 60_000;
/** `Message_MaxAllowedSize` as Rocket.Chat has it unless an administrator changes it. */
const DEFAULT_TEXT_LENGTH = 5_000;

/** Public settings of the workspace that messages depend on. */
export interface WorkspaceSettings {
  /** `Message_MaxAllowedSize`, in UTF-16 units. */
  readonly maxTextLength: number;
  /** `Site_Url`, without a slash at its end: what links between messages begin with. undefined: not set. */
  readonly siteUrl: string | undefined;
  /** `Threads_enabled` */
  readonly threads: boolean;
  /** `UI_Use_Real_Name`: people are shown, and seen typing, by their names instead of their usernames. */
  readonly realNames: boolean;
}

const IDS = ['Message_MaxAllowedSize', 'Site_Url', 'Threads_enabled', 'UI_Use_Real_Name'];

export type ReadSettings = () => Promise<WorkspaceSettings>;

/** Asked for at most once a minute. What was known last serves while the workspace can't be asked; without it, rejects. */
export function createReadSettings(parts: Pick<BridgeParts, 'workspace' | 'clock'>): ReadSettings {
  let known: { readonly at: number; readonly settings: WorkspaceSettings } | undefined;
  return async () => {
    if (known !== undefined && parts.clock.now() - known.at < FRESH_MS) return known.settings;
    try {
      const values = await parts.workspace.publicSettings(IDS);
      known = { at: parts.clock.now(), settings: settingsOf(values) };
    } catch (error) {
      if (known === undefined) throw error;
    }
    return known.settings;
  };
}

function settingsOf(values: ReadonlyMap<string, unknown>): WorkspaceSettings {
  const length = values.get('Message_MaxAllowedSize');
  const siteUrl = values.get('Site_Url');
  return {
    maxTextLength: typeof length === 'number' && length > 0 ? length : DEFAULT_TEXT_LENGTH,
    siteUrl: typeof siteUrl === 'string' && siteUrl !== '' ? siteUrl.replace(/\/+$/, '') : undefined,
    threads: values.get('Threads_enabled') !== false,
    realNames: values.get('UI_Use_Real_Name') === true,
  };
}
