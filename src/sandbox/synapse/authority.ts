import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface ThrowAwayCa {
  /** PEM file of the authority's certificate. */
  readonly caFile: string;
  /** Of a server at 127.0.0.1. */
  readonly server: ServerCertificate;
  readonly folder: string;
  /** One more, for a server of these names (`DNS:aaa.test`, `IP:127.0.0.1`). */
  certify(...names: readonly string[]): ServerCertificate;
  /** The same, valid for so many days from now; negative: no longer. */
  certifyFor(validDays: number, ...names: readonly string[]): ServerCertificate;
  /** One that an intermediate authority signed, served with and without that authority's own. */
  certifyBelow(...names: readonly string[]): { withoutChain: ServerCertificate; withChain: ServerCertificate };
  /** The same, of an intermediate authority whose own certificate has expired. */
  certifyBelowExpired(...names: readonly string[]): ServerCertificate;
  /** One with its host as common name alone, as they were made long ago. */
  certifyCommonName(host: string): ServerCertificate;
  remove(): void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
/** Longer than any check wants a certificate to be valid. */
const DAYS = 60;

/**
 * An authority nobody trusts yet, and a certificate for 127.0.0.1 that it signed; made by openssl, since Node
 * reads certificates and makes none.
 */
export function makeCa(): ThrowAwayCa {
  const folder = mkdtempSync(join(tmpdir(), 'rcfed-ca-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    String(DAYS),
    '-subj',
    '/CN=throw-away CA',
  );
  const sign = (
    names: readonly string[],
    days: number,
    by: string,
    { extension = '', commonName = 'throw-away server' } = {},
  ): ServerCertificate => {
    openssl('req', ...newKey, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', `/CN=${commonName}`);
    writeFileSync(at('names'), extension === '' ? `subjectAltName=${names.join()}` : extension);
    const until = ['-days', String(days)];
    const signing = ['-CA', at(`${by}.pem`), '-CAkey', at(`${by}.key`), '-CAcreateserial', ...until];
    openssl('x509', '-req', '-in', at('server.csr'), ...signing, '-extfile', at('names'), '-out', at('server.pem'));
    return { key: readFileSync(at('server.key'), 'utf8'), cert: readFileSync(at('server.pem'), 'utf8') };
  };
  const certify = (...names: readonly string[]): ServerCertificate => sign(names, DAYS, 'ca');
  const certifyBelow = (names: readonly string[], days: number) => {
    const below = sign([], days, 'ca', {
      extension: 'basicConstraints=critical,CA:true',
      commonName: 'throw-away below',
    });
    writeFileSync(at('below.key'), below.key);
    writeFileSync(at('below.pem'), below.cert);
    const { key, cert } = sign(names, DAYS, 'below');
    return { withoutChain: { key, cert }, withChain: { key, cert: `${cert}${below.cert}` } };
  };
  return {
    caFile: at('ca.pem'),
    server: certify('IP:127.0.0.1', 'DNS:localhost'),
    folder,
    certify,
    certifyFor: (validDays, ...names) => sign(names, validDays, 'ca'),
    certifyBelow: (...names) => certifyBelow(names, DAYS),
    certifyBelowExpired: (...names) => certifyBelow(names, -1).withChain,
    certifyCommonName: (commonName) => sign([], DAYS, 'ca', { extension: 'basicConstraints=CA:false', commonName }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
