import { type Check, type Verdict, passes } from '../check.ts';
import { serverKeysOf } from '../facts/server-keys.ts';

export const keysSigned: Check = {
  id: 'K5',
  group: 'keys',
  title: 'Each key has signed the document that it is in',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['K2', 'K4'],
  why: 'The signature covers every byte. A proxy that rewrites JSON, or a private key that does not belong to the published one, breaks it, and with it everything that the server signs.',
  async run(context) {
    const published = await serverKeysOf(context);
    return published.flatMap(({ address, document, keys }): Verdict[] => {
      if (document === undefined) return [];
      const bad = keys.filter(({ isKey, hasSigned }) => isKey && !hasSigned).map(({ id }) => id);
      if (bad.length === 0) return [{ ...passes('the signatures are right'), address }];
      return [
        {
          status: 'fail',
          address,
          detail: `the signature by ${bad.join(', ')} is wrong or missing`,
          affects: ['other servers believe nothing that it sends'],
          cure: {
            text: 'Keep proxies from changing what passes, and compare the signing key file with what is published.',
          },
        },
      ];
    });
  },
};
