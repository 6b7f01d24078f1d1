import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { addressesOf } from '../facts/addresses.ts';
import { objectOf } from '../facts/ask-server.ts';
import { objectIn, serverKeysOf } from '../facts/server-keys.ts';
import { ProbeError } from '../probe/probe.ts';

/** Its keys are asked for by many servers that can not reach each other. */
const NOTARY = 'matrix.org';

export const notary: Check = {
  id: 'K9',
  group: 'keys',
  title: 'A notary server knows the same keys',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  when: 'external',
  needs: ['K5'],
  why: 'Servers that can not reach this one ask a notary, usually matrix.org. What it remembers may be old, or from a time when the server was another.',
  async run(context) {
    const { name } = subjectOf(context);
    const [first] = (await serverKeysOf(context)).filter(({ document }) => document !== undefined);
    const host = 'matrix-federation.matrix.org';
    const [address] = await addressesOf(context, host).catch(() => []);
    if (address === undefined) return skips(`${NOTARY} is not reached from here`);
    try {
      const path = `/_matrix/key/v2/query/${encodeURIComponent(name)}`;
      const answer = await context.probe.ask({ address: address.address, host, port: 443, path, verified: true });
      const documents = objectOf(answer)?.['server_keys'];
      const known = Object.entries(
        objectIn(objectIn(Array.isArray(documents) ? documents[0] : undefined)['verify_keys']),
      );
      if (known.length === 0)
        return {
          status: 'warn',
          detail: `${NOTARY} knows no keys of ${name}`,
          cure: { text: 'It asks at the first contact; join a room there, and look again.' },
        };
      const other = known.filter(
        ([id, entry]) => first?.keys.some((key) => key.id === id && key.key === objectIn(entry)['key']) !== true,
      );
      if (other.length === 0) return passes(`${NOTARY} knows the same`);
      return {
        status: 'warn',
        detail: `${NOTARY} knows other keys: ${other.map(([id]) => id).join(', ')}`,
        cure: { text: 'Its memory ends within a day; then it asks again.' },
      };
    } catch (error) {
      if (error instanceof ProbeError) return skips(`${NOTARY} does not answer: ${error.message}`);
      throw error;
    }
  },
};
