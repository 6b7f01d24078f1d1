import { type Check, passes, skips } from '../check.ts';
import { wellKnownOf } from '../facts/well-known.ts';

export const wellKnownRedirect: Check = {
  id: 'D6',
  group: 'discovery',
  title: 'Redirects of the .well-known document are followed by everybody',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['D4'],
  why: 'Synapse follows redirects with 301, 302, 303 and 307, not with 308, which ingress-nginx uses by default.',
  async run(context) {
    const codes = (await wellKnownOf(context)).flatMap(({ redirects }) => redirects);
    if (codes.length === 0) return skips('it is not redirected');
    if (!codes.includes(308)) return passes(`it is redirected with ${[...new Set(codes)].join(', ')}`);
    return {
      status: 'warn',
      detail: 'it is redirected with 308, which Synapse does not follow',
      cure: {
        text: 'Redirect with 301, or answer without a redirect:',
        config: {
          file: 'annotations of the ingress',
          lines: ['nginx.ingress.kubernetes.io/permanent-redirect-code: "301"'],
        },
      },
    };
  },
};
