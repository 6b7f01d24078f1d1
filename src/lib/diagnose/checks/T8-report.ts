import { type Check, passes } from '../check.ts';
import { securedOf } from '../facts/handshakes.ts';

export const report: Check = {
  id: 'T8',
  group: 'transport',
  title: 'What the server shows',
  severity: 'info',
  fix: 'printed',
  about: 'name',
  needs: ['T2'],
  why: 'Certificate, issuer, fingerprint, cipher and version, to compare with what was installed.',
  async run(context) {
    const secured = await securedOf(context);
    return secured.map(({ target: { address }, handshake: { certificate, cipher, protocol } }) => {
      const issuer = [certificate.issuer?.O ?? certificate.issuer?.CN ?? 'somebody'].flat().join(', ');
      const owner = [certificate.subject?.CN ?? certificate.subjectaltname ?? 'a certificate'].flat().join(', ');
      const evidence = [`SHA-256 ${certificate.fingerprint256}`, `${protocol}, ${cipher}`];
      return {
        ...passes(`${owner}, by ${issuer}`, { evidence }),
        address,
      };
    });
  },
};
