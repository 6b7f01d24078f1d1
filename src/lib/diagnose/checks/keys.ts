import type { Check } from '../check.ts';
import { keysEndpoint } from './K1-keys-endpoint.ts';
import { keysName } from './K2-keys-name.ts';
import { keysValid } from './K3-keys-valid.ts';
import { keyForm } from './K4-key-form.ts';
import { keysSigned } from './K5-keys-signed.ts';
import { oldKeys } from './K6-old-keys.ts';
import { sameKeys } from './K7-same-keys.ts';
import { keyChanged } from './K8-key-changed.ts';
import { notary } from './K9-notary.ts';

/** What a server signs with. */
export const keyChecks: readonly Check[] = [
  keysEndpoint,
  keysName,
  keysValid,
  keyForm,
  keysSigned,
  oldKeys,
  sameKeys,
  keyChanged,
  notary,
];
