import type { Check } from '../check.ts';
import { version } from './F1-version.ts';
import { signedRoutes } from './F2-signed-routes.ts';
import { unknownRoutes } from './F3-unknown-routes.ts';
import { encodedPaths } from './F4-encoded-paths.ts';
import { bodySize } from './F5-body-size.ts';
import { latency } from './F6-latency.ts';
import { directory } from './F7-directory.ts';

/** What comes through the proxy of the federation API. */
export const federationChecks: readonly Check[] = [
  version,
  signedRoutes,
  unknownRoutes,
  encodedPaths,
  bodySize,
  latency,
  directory,
];
