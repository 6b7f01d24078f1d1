import { type Check, type Verdict, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { addressesOf } from '../facts/addresses.ts';
import { namePartsOf } from '../facts/name-parts.ts';
import { followed } from '../facts/redirects.ts';
import type { WebAnswer } from '../probe/probe.ts';

const PATH = '/.well-known/matrix/client';

export const clientWellKnown: Check = {
  id: 'D14',
  group: 'discovery',
  title: 'Clients find the homeserver by the name',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['D3'],
  why: 'People type `@me:example.org` into a client, which asks `https://example.org/.well-known/matrix/client`. Federation works without; people do not get in. Browsers need `Access-Control-Allow-Origin: *`.',
  async run(context) {
    const { host, port, isLiteral } = namePartsOf(subjectOf(context).name);
    if (isLiteral || port !== undefined) return skips('a name with a port, or an IP address, has none');
    const [first] = await addressesOf(context, host).catch(() => []);
    if (first === undefined) return skips('the name has no address of its own');
    const { answer, problem, distrusted } = await followed(context, first, { host, path: PATH });
    if (answer === undefined)
      return { ...missing(host), detail: `https://${host}${PATH} does not answer: ${problem ?? ''}` };
    const verdict = verdictOn(host, answer);
    if (verdict.status !== 'pass' || distrusted === undefined) return verdict;
    return {
      status: 'warn',
      detail: `https://${host}${PATH} is not believed: ${distrusted}`,
      cure: { text: 'Give the web server a certificate for the name:', commands: [`certbot certonly -d ${host}`] },
    };
  },
};

const missing = (host: string): Verdict => ({
  status: 'warn',
  detail: `https://${host}${PATH} is not there`,
  affects: ['clients ask people for the address of the homeserver'],
  cure: {
    text: 'Serve it with its type and for every origin:',
    config: {
      file: 'nginx, in the server block of the name',
      lines: [
        `location = ${PATH} {`,
        '  default_type application/json;',
        '  add_header Access-Control-Allow-Origin *;',
        `  return 200 '{"m.homeserver": {"base_url": "https://matrix.${host}"}}';`,
        '}',
      ],
    },
  },
});

function verdictOn(host: string, { status, headers, body }: WebAnswer): Verdict {
  if (status !== 200) return { ...missing(host), detail: `https://${host}${PATH} answers ${status}` };
  const base = baseUrlIn(body);
  if (base === undefined) return { ...missing(host), detail: `https://${host}${PATH} names no homeserver` };
  if (!base.startsWith('https://'))
    return { ...missing(host), detail: `https://${host}${PATH} names ${base}, which is not https` };
  if (headers['access-control-allow-origin'] !== '*')
    return {
      ...missing(host),
      detail: `https://${host}${PATH} lacks Access-Control-Allow-Origin: *, so clients in browsers can not read it`,
    };
  return passes(`clients are sent to ${base}`);
}

function baseUrlIn(body: string): string | undefined {
  try {
    const { 'm.homeserver': homeserver } = JSON.parse(body) as { 'm.homeserver'?: { base_url?: unknown } };
    return typeof homeserver?.base_url === 'string' ? homeserver.base_url : undefined;
  } catch {
    return undefined;
  }
}
