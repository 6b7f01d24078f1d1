import type { Check } from '../check.ts';
import { nodeVersion } from './L1-node-version.ts';
import { secretFiles } from './L2-secret-files.ts';
import { profileComplete } from './L3-profile-complete.ts';
import { clock } from './L4-clock.ts';
import { proxyVariables } from './L5-proxy-variables.ts';
import { tlsVariables } from './L6-tls-variables.ts';
import { newerVersion } from './L7-newer-version.ts';

/** The machine that rcfed runs on. */
export const machineChecks: readonly Check[] = [
  nodeVersion,
  secretFiles,
  profileComplete,
  clock,
  proxyVariables,
  tlsVariables,
  newerVersion,
];
