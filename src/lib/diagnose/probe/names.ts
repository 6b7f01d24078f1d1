import { lookup, Resolver } from 'node:dns/promises';
import { type Address, NameError, type Probe } from './probe.ts';

const TIMEOUT_MS = 5000;
const NONE = new Set(['ENODATA', 'ENOTFOUND']);

/** Names as this machine resolves them: addresses with its hosts file, records from its name servers. */
export function systemNames(): Pick<Probe, 'addresses' | 'services' | 'aliasOf'> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  return {
    async addresses(host) {
      try {
        const found = await lookup(host, { all: true, order: 'verbatim' });
        return found.map(({ address, family }): Address => ({ address, family: family === 6 ? 6 : 4 }));
      } catch (error) {
        throw nameError(host, error);
      }
    },
    async services(name) {
      try {
        return await resolver.resolveSrv(name);
      } catch (error) {
        if (NONE.has(codeOf(error))) return [];
        throw nameError(name, error);
      }
    },
    async aliasOf(name) {
      try {
        return (await resolver.resolveCname(name))[0];
      } catch (error) {
        if (NONE.has(codeOf(error))) return undefined;
        throw nameError(name, error);
      }
    },
  };
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

function nameError(name: string, error: unknown): NameError {
  const code = codeOf(error);
  if (NONE.has(code)) return new NameError('unknown', `${name} is not in the DNS`);
  if (code === 'ETIMEOUT' || code === 'EAI_AGAIN')
    return new NameError('timeout', `no name server answers about ${name}`);
  return new NameError('failed', `${name} can't be looked up: ${code === '' ? String(error) : code}`);
}
