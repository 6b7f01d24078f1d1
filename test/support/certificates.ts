import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ThrowAwayCa {
  /** PEM file of the authority's certificate. */
  readonly caFile: string;
  /** Key and certificate of a server at 127.0.0.1. */
  readonly server: { readonly key: string; readonly cert: string };
  readonly folder: string;
  remove(): void;
}

/** An authority nobody trusts yet, and a certificate for 127.0.0.1 that it signed; made by openssl. */
export function makeCa(): ThrowAwayCa {
  const folder = mkdtempSync(join(tmpdir(), 'rcfed-ca-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=throw-away CA',
  );
  openssl('req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=127.0.0.1');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const signing = [
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('server.csr'), ...signing, '-out', at('server.pem'));
  return {
    caFile: at('ca.pem'),
    server: { key: readFileSync(at('server.key'), 'utf8'), cert: readFileSync(at('server.pem'), 'utf8') },
    folder,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
