import { type Check, type Verdict, passes } from '../check.ts';
import type { PeerCertificate } from 'node:tls';
import { securedOf } from '../facts/handshakes.ts';

/** These are about the time, which T5 looks at for the certificate itself. */
const OF_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const MISSING = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
]);

export const chain: Check = {
  id: 'T3',
  group: 'transport',
  title: 'The certificate leads to an authority that others trust',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T2'],
  why: 'Browsers fetch a missing intermediate certificate by themselves, servers do not: "it works in my browser" proves nothing. In closed networks each homeserver must be told of the private authority.',
  async run(context) {
    const secured = await securedOf(context);
    const now = context.clock.now();
    return secured.map(({ target: { address }, handshake: { trusted, untrusted = '', certificate } }): Verdict => {
      if (trusted) return { ...passes('its chain is trusted here'), address };
      if (OF_TIME.has(untrusted)) return { ...ofTime(certificate, now), address };
      const isMissing = MISSING.has(untrusted);
      const issuer = [certificate.issuer?.CN ?? certificate.issuer?.O ?? 'its issuer'].flat().join(', ');
      return {
        status: 'fail',
        address,
        detail: isMissing
          ? `${issuer}, which issued it, is neither served with it nor known here (${untrusted}): an intermediate certificate is missing, or the authority is a private one`
          : `the certificate is not trusted (${untrusted})`,
        affects: ['other servers refuse the connection'],
        cure: isMissing
          ? {
              text: 'Serve the whole chain, not the certificate alone; with an authority of your own look again with --ca-file:',
              config: { file: 'nginx', lines: ['ssl_certificate /etc/letsencrypt/live/…/fullchain.pem;'] },
            }
          : {
              text: 'Take a certificate of a public authority, or tell each homeserver of yours, and look again with --ca-file:',
              config: {
                file: 'homeserver.yaml',
                lines: ['federation_custom_ca_list:', '  - /etc/ssl/our-authority.pem'],
              },
            },
      };
    });
  },
};

/** Old certificates of authorities go on being served long after a new one was signed by another. */
function ofTime({ valid_from: from, valid_to: to }: PeerCertificate, now: number): Verdict {
  if (Date.parse(from) > now || Date.parse(to) <= now) return passes('what is wrong with it is its time: see T5');
  return {
    status: 'fail',
    detail: 'a certificate in its chain has expired, or is not valid yet, though its own is',
    affects: ['other servers refuse the connection'],
    cure: {
      text: 'Serve the chain that came with the last renewal, without older certificates:',
      commands: ['certbot renew --force-renewal'],
    },
  };
}
