import type { ServerName } from '../core/ids.ts';
import { bridgeChanges, type BridgeOptions, bridgeSettings } from './bridge-changes.ts';
import type { HomeserverFacts } from './homeserver-facts.ts';
import { legacyChanges, legacySettings } from './legacy-changes.ts';
import type { Mode } from './mode.ts';
import { nativeChanges, type NativeOptions, nativeSettings } from './native-changes.ts';
import type { WantedChange } from './wanted-change.ts';
import type { WorkspaceFacts } from './workspace-facts.ts';

export type ModeOptions = BridgeOptions & Pick<NativeOptions, 'allow' | 'roles'>;

interface Request extends Partial<ModeOptions> {
  readonly serverName: ServerName;
  readonly homeserverUrl: string;
  readonly bridgeUrl?: string | undefined;
  readonly replace: boolean;
}

/** Settings that only an admin may see, and that a mode goes by. */
export const settingsFor = (mode: Mode): readonly string[] =>
  ({ bridge: bridgeSettings, native: nativeSettings, legacy: legacySettings })[mode];

/** What has to change in the workspace. */
export function changesFor(
  mode: Mode,
  workspace: WorkspaceFacts,
  homeserver: HomeserverFacts | undefined,
  { readReceipts = false, allow, roles, ...request }: Request,
): readonly WantedChange[] {
  switch (mode) {
    case 'bridge':
      return bridgeChanges(workspace, homeserver ?? UNKNOWN, { readReceipts });
    case 'native':
      return nativeChanges(workspace, request.serverName, { allow, roles, replace: request.replace });
    case 'legacy':
      return legacyChanges(workspace, { ...request, bridgeUrl: request.bridgeUrl });
  }
}

const UNKNOWN = { uploadLimit: undefined, uploadLimitKnown: false };
