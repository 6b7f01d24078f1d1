import { type Check, passes, skips } from '../check.ts';
import { wellKnownOf } from '../facts/well-known.ts';

export const wellKnownAgrees: Check = {
  id: 'D7',
  group: 'discovery',
  title: 'Every address of the name gives the same .well-known document',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D4'],
  why: 'Each server picks an address by itself. If one of them, often a forgotten IPv6 one, says something else or nothing, federation works with some servers and not with others, and changes from day to day.',
  async run(context) {
    const documents = await wellKnownOf(context);
    if (documents.length < 2) return skips('the name has one address');
    const said = new Set(documents.map(({ delegate }) => delegate));
    if (said.size === 1) return passes(`all ${documents.length} addresses agree`);
    const isDead = documents.some(({ outcome }) => outcome === 'unreachable');
    return {
      status: isDead ? 'fail' : 'warn',
      detail: `the addresses of the name do not agree`,
      evidence: documents.map(({ address, delegate, problem }) => `${address}: ${delegate ?? problem ?? 'nothing'}`),
      cure: {
        text: 'Serve the same document at each address, and take records of addresses that are not served out of the DNS.',
      },
    };
  },
};
