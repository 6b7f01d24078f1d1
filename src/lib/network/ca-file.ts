import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { RcfedError } from '../core/errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM file together with those that Node trusts anyway (its own list and
 * `NODE_EXTRA_CA_CERTS`). They are parsed here, because TLS ignores what it cannot read and would
 * then fail with an error that names the server.
 * @throws RcfedError RCFED_FILE_UNREADABLE when there is no such file, or no certificate in it.
 */
export async function trustedWith(caFile: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(caFile, 'utf8');
  } catch (error) {
    throw new RcfedError('RCFED_FILE_UNREADABLE', `the CA file ${caFile} cannot be read`, { cause: error });
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  try {
    for (const certificate of certificates) void new X509Certificate(certificate);
  } catch (error) {
    throw unusable(caFile, 'One of its certificates cannot be read.', error);
  }
  if (certificates.length === 0)
    throw unusable(caFile, 'It has no block that begins with -----BEGIN CERTIFICATE-----.');
  return [...getCACertificates('default'), ...certificates];
}

function unusable(caFile: string, why: string, cause?: unknown): RcfedError {
  return new RcfedError('RCFED_FILE_UNREADABLE', `the CA file ${caFile} holds no certificates`, {
    why,
    try: [`Convert it to PEM: openssl x509 -inform der -in ${caFile} -out ca.pem`],
    cause,
  });
}
