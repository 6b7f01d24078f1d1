import type { Check } from '../check.ts';
import { bridgeChecks } from './bridge.ts';
import { discoveryChecks } from './discovery.ts';
import { federationChecks } from './federation.ts';
import { keyChecks } from './keys.ts';
import { legacyChecks } from './legacy.ts';
import { machineChecks } from './machine.ts';
import { nativeChecks } from './native.ts';
import { partnerChecks } from './partner.ts';
import { transportChecks } from './transport.ts';
import { workspaceChecks } from './workspace.ts';

/** Every check, in the order in which they are listed. */
export const allChecks: readonly Check[] = [
  ...machineChecks,
  ...workspaceChecks,
  ...bridgeChecks,
  ...nativeChecks,
  ...legacyChecks,
  ...discoveryChecks,
  ...transportChecks,
  ...keyChecks,
  ...federationChecks,
  ...partnerChecks,
];
