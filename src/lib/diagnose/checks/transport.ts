import type { Check } from '../check.ts';
import { tcp } from './T1-tcp.ts';
import { tls } from './T2-tls.ts';
import { chain } from './T3-chain.ts';
import { certifiedName } from './T4-certified-name.ts';
import { expiry } from './T5-expiry.ts';
import { hostHeader } from './T6-host-header.ts';
import { stable } from './T7-stable.ts';
import { report } from './T8-report.ts';

/** Connections to every address that the server name leads to. */
export const transportChecks: readonly Check[] = [tcp, tls, chain, certifiedName, expiry, hostHeader, stable, report];
