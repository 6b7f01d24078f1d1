import type { Check } from '../check.ts';
import { legacyValid } from './B1-legacy-valid.ts';
import { backoff } from './B10-backoff.ts';
import { internalWellKnown } from './B11-internal-well-known.ts';
import { namespaceWidth } from './B12-namespace-width.ts';
import { legacyOn } from './B13-legacy-on.ts';
import { openRegistration } from './B14-open-registration.ts';
import { synapseVersion } from './B15-synapse-version.ts';
import { legacyTokens } from './B2-legacy-tokens.ts';
import { predictableTokens } from './B3-predictable-tokens.ts';
import { legacyHomeserver } from './B4-legacy-homeserver.ts';
import { legacyServerName } from './B5-legacy-server-name.ts';
import { tokenRefused } from './B6-token-refused.ts';
import { legacyPing } from './B7-legacy-ping.ts';
import { registrationDrift } from './B8-registration-drift.ts';
import { legacyAuthorization } from './B9-legacy-authorization.ts';

/** The bridge that Rocket.Chat had up to 7.10. */
export const legacyChecks: readonly Check[] = [
  legacyValid,
  legacyTokens,
  predictableTokens,
  legacyHomeserver,
  legacyServerName,
  tokenRefused,
  legacyPing,
  registrationDrift,
  legacyAuthorization,
  backoff,
  internalWellKnown,
  namespaceWidth,
  legacyOn,
  openRegistration,
  synapseVersion,
];
