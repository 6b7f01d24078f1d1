import { type Check, type Verdict, passes } from '../check.ts';
import { securedOf } from '../facts/handshakes.ts';

export const certifiedName: Check = {
  id: 'T4',
  group: 'transport',
  title: 'The certificate names the host that others ask for',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T2'],
  why: 'After a `.well-known` document it must name the host that the document names; after an SRV record the server name itself, not the target of the record.',
  async run(context) {
    const secured = await securedOf(context);
    return secured.map(({ target: { address, host }, handshake: { misnamed, certificate } }): Verdict => {
      if (misnamed === undefined) return { ...passes(`it names ${host}`), address };
      return {
        status: 'fail',
        address,
        detail: `the certificate is not for ${host}`,
        evidence: [`It names ${certificate.subjectaltname ?? 'nobody'}.`],
        affects: ['other servers refuse the connection'],
        cure: { text: `Have ${host} put into the certificate:`, commands: [`certbot certonly -d ${host}`] },
      };
    });
  },
};
