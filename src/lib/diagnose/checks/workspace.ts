import type { Check } from '../check.ts';
import { workspaceReachable } from './R1-workspace-reachable.ts';
import { siteUrl } from './R2-site-url.ts';
import { federationMode } from './R3-federation-mode.ts';
import { login } from './R4-login.ts';
import { privilegedSettings } from './R5-privileged-settings.ts';
import { licence } from './R6-licence.ts';
import { ownVerdict } from './R7-own-verdict.ts';
import { invitee } from './R8-invitee.ts';

/** The Rocket.Chat side, whichever way it federates. */
export const workspaceChecks: readonly Check[] = [
  workspaceReachable,
  siteUrl,
  federationMode,
  login,
  privilegedSettings,
  licence,
  ownVerdict,
  invitee,
];
