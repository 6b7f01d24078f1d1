import { proxyFor } from '../../network/proxy-choice.ts';
import { RcfedError } from '../../core/errors.ts';
import { type Check, passes, skips } from '../check.ts';
import type { DiagnoseParts } from '../context.ts';
import { shellWord } from '../../core/shell-word.ts';
import { isPublicAddress } from '../probe/public-address.ts';

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

export const proxyVariables: Check = {
  id: 'L5',
  group: 'machine',
  title: 'The proxy variables agree',
  severity: 'warn',
  fix: 'printed',
  why: 'Programs read `HTTPS_PROXY` or `https_proxy`, and differ in which one wins. Servers in the same network are usually not reached through a proxy, and belong into `NO_PROXY`.',
  async run({ env, setup }) {
    const differing = NAMES.filter((name) => {
      const [upper, lower] = [env[name], env[name.toLowerCase()]];
      return upper !== undefined && lower !== undefined && upper !== lower;
    });
    if (differing.length > 0)
      return {
        status: 'warn',
        detail: `${differing.join(', ')} and the same in small letters say different things`,
        cure: { text: 'Unset one of them:', commands: differing.map((name) => `unset ${name}`) },
      };
    if (!NAMES.slice(0, 2).some((name) => env[name] ?? env[name.toLowerCase()])) return skips('no proxy is set');
    try {
      const urls = [setup.profile?.workspace.url, setup.admin?.homeserver.url].filter((url) => url !== undefined);
      const inside = urls.filter(
        (url) => URL.canParse(url) && proxyFor(new URL(url), env) && isInside(new URL(url).hostname),
      );
      if (inside.length === 0) return passes('they do');
      const hosts = inside.map((url) => new URL(url).hostname).join(',');
      return {
        status: 'warn',
        detail: `${inside.join(', ')} goes through the proxy, and is in this network`,
        cure: { text: 'Leave it out:', commands: [`export ${leftOut(env, hosts)}`] },
      };
    } catch (error) {
      if (!(error instanceof RcfedError)) throw error;
      return {
        status: 'warn',
        detail: error.message,
        cure: { text: error.why ?? 'Correct it.', commands: [...error.try] },
      };
    }
  },
};

/** The variable that counts, with what it holds already. */
function leftOut(env: DiagnoseParts['env'], hosts: string): string {
  const name = env['no_proxy'] === undefined ? 'NO_PROXY' : 'no_proxy';
  return `${name}=${shellWord([env[name] ?? '', hosts].filter((part) => part !== '').join(','))}`;
}

/** A private address, or a name without a dot. */
const isInside = (host: string): boolean => !host.includes('.') || (/^[\d.]+$/.test(host) && !isPublicAddress(host));
