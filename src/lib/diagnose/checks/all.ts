import type { Check } from '../check.ts';
import { discoveryChecks } from './discovery.ts';
import { federationChecks } from './federation.ts';
import { keyChecks } from './keys.ts';
import { secretFiles } from './L2-secret-files.ts';
import { transportChecks } from './transport.ts';
import { workspaceReachable } from './R1-workspace-reachable.ts';

/** Every check, in the order in which they are listed. */
export const allChecks: readonly Check[] = [
  secretFiles,
  workspaceReachable,
  ...discoveryChecks,
  ...transportChecks,
  ...keyChecks,
];
