import type { Check } from '../check.ts';
import { nameGrammar } from './D1-name-grammar.ts';
import { delegatePort } from './D10-delegate-port.ts';
import { serviceRecords } from './D11-service-records.ts';
import { whichWins } from './D12-which-wins.ts';
import { bothFamilies } from './D13-both-families.ts';
import { clientWellKnown } from './D14-client-well-known.ts';
import { nameShape } from './D2-name-shape.ts';
import { nameAddresses } from './D3-name-addresses.ts';
import { wellKnown } from './D4-well-known.ts';
import { wellKnownType } from './D5-well-known-type.ts';
import { wellKnownRedirect } from './D6-well-known-redirect.ts';
import { wellKnownAgrees } from './D7-well-known-agrees.ts';
import { wellKnownCache } from './D8-well-known-cache.ts';
import { delegatePublic } from './D9-delegate-public.ts';

/** How other servers find a server name. */
export const discoveryChecks: readonly Check[] = [
  nameGrammar,
  nameShape,
  nameAddresses,
  wellKnown,
  wellKnownType,
  wellKnownRedirect,
  wellKnownAgrees,
  wellKnownCache,
  delegatePublic,
  delegatePort,
  serviceRecords,
  whichWins,
  bothFamilies,
  clientWellKnown,
];
