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
  remove(): void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const days = ['-days', '2'];

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
    ...days,
    '-subj',
    '/CN=throw-away CA',
  );
  const certify = (...names: readonly string[]): ServerCertificate => {
    openssl('req', ...newKey, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=throw-away server');
    writeFileSync(at('names'), `subjectAltName=${names.join()}`);
    const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', ...days, '-extfile', at('names')];
    openssl('x509', '-req', '-in', at('server.csr'), ...signing, '-out', at('server.pem'));
    return { key: readFileSync(at('server.key'), 'utf8'), cert: readFileSync(at('server.pem'), 'utf8') };
  };
  return {
    caFile: at('ca.pem'),
    server: certify('IP:127.0.0.1', 'DNS:localhost'),
    folder,
    certify,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
