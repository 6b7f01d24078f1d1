import { type Check, type Verdict, passes } from '../check.ts';
import { serverKeysOf } from '../facts/server-keys.ts';

export const keyForm: Check = {
  id: 'K4',
  group: 'keys',
  title: 'There is an Ed25519 key',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['K1'],
  why: 'A key is named `ed25519:` and letters, digits or underscores, and is 32 bytes in base64 without padding. With none of this form nothing can be verified.',
  async run(context) {
    const published = await serverKeysOf(context);
    return published.flatMap(({ address, document, keys }): Verdict[] => {
      if (document === undefined) return [];
      const good = keys.filter(({ isKey }) => isKey);
      const odd = keys.filter(({ isKey }) => !isKey).map(({ id }) => id);
      if (good.length > 0) return [{ ...passes(good.map(({ id }) => id).join(', ')), address }];
      return [
        {
          status: 'fail',
          address,
          detail: odd.length === 0 ? 'it publishes no key' : `these are no Ed25519 keys: ${odd.join(', ')}`,
          cure: { text: 'Look at the signing key file of the homeserver: one line, the kind, a version, the key.' },
        },
      ];
    });
  },
};
