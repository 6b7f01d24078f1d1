import { type Check, passes } from '../check.ts';
import { settingOf } from '../facts/workspace-settings.ts';

const KEY_BYTES = 32;

export const nativeSigning: Check = {
  id: 'N3',
  group: 'native',
  title: 'Its signing key is one',
  severity: 'fail',
  fix: 'printed',
  needs: ['N1'],
  why: 'What Rocket.Chat signs with: ed25519, a version, 32 bytes in base64. Losing the key is losing the identity: other servers remember it.',
  async run(context) {
    const [algorithm, version, key] = await Promise.all(
      ['Algorithm', 'Version', 'Key'].map((part) => settingOf(context, `Federation_Service_Matrix_Signing_${part}`)),
    );
    const wrong = [
      ...(algorithm === 'ed25519' ? [] : [`the algorithm is ${JSON.stringify(algorithm)}`]),
      // Not what it is: keys are pasted into the wrong field.
      ...(typeof version === 'string' && /^\w+$/.test(version)
        ? []
        : ['the version has other characters than letters, digits and _']),
      ...(key === undefined || isKey(key) ? [] : ['the key is not 32 bytes in base64']),
    ];
    if (wrong.length === 0) return passes(`ed25519:${String(version)}`);
    return {
      status: 'fail',
      detail: wrong.join('; '),
      cure: {
        text: 'Bring the old key back from a backup of the settings. A new one needs a new version, so that others do not take it for a forgery.',
      },
    };
  },
};

/** It may be hidden, which is told by an empty or masked text. */
const isKey = (key: unknown): boolean =>
  typeof key === 'string' && (key === '' || /^\*+$/.test(key) || Buffer.from(key, 'base64').length === KEY_BYTES);
