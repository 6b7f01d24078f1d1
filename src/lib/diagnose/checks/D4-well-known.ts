import { type Check, type Cure, type Verdict, passes } from '../check.ts';
import { subjectOf } from '../context.ts';
import { type WellKnown, wellKnownOf } from '../facts/well-known.ts';

export const wellKnown: Check = {
  id: 'D4',
  group: 'discovery',
  title: 'The .well-known document says where the server is',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D3'],
  deadlineMs: 30_000,
  why: 'Other servers ask `https://<name>/.well-known/matrix/server` first. That there is none is fine, if the server answers at port 8448 or by an SRV record. One that is there and wrong is as if there were none: they go on to SRV records and to port 8448, where the server is not meant to be found. It counts only behind a certificate that is trusted and for the name, and redirects are followed. The usual reason is a web application that answers every path with its own page.',
  async run(context) {
    const { name } = subjectOf(context);
    const documents = await wellKnownOf(context);
    if (documents.length === 0)
      return passes('there is none: the name has a port, is an IP address, or has no address');
    return documents.map((document) => ({ ...verdictOn(name, document), address: document.address }));
  },
};

function verdictOn(name: string, { outcome, delegate, problem, cause }: WellKnown): Verdict {
  if (outcome === 'found') return passes(`it says ${delegate ?? ''}`);
  if (outcome === 'absent') return passes(`there is none (${problem ?? ''}): port 8448 or an SRV record counts`);
  if (outcome === 'unreachable') return passes(`there is none (${problem ?? ''})`);
  return {
    status: 'fail',
    detail: `https://${name}/.well-known/matrix/server can't be used: ${problem ?? ''}`,
    affects: ['other servers look at port 8448 instead, and find this one only if it is there too'],
    cure: cureOf(name, cause),
  };
}

function cureOf(name: string, cause: WellKnown['cause']): Cure {
  if (cause === 'grammar')
    return { text: 'Write host and port alone, without https:// and without a slash at the end.', config: proxy(name) };
  if (cause === 'redirect')
    return {
      text: 'Answer at once, without redirects, or lead to an address that everybody reaches.',
      config: proxy(name),
    };
  if (cause === 'certificate')
    return {
      text: 'Give the web server that answers at port 443 a certificate for the name, or look again with --ca-file:',
      commands: [`certbot certonly -d ${name}`],
    };
  if (cause === 'connection')
    return {
      text: 'Let the web server answer at port 443, or close the port altogether.',
      commands: [`curl -v https://${name}/.well-known/matrix/server`],
    };
  return { text: 'Answer this path before the web application does:', config: proxy(name) };
}

const proxy = (name: string): NonNullable<Cure['config']> => ({
  file: 'nginx, in the server block of the name',
  lines: [
    'location = /.well-known/matrix/server {',
    '  default_type application/json;',
    `  return 200 '{"m.server": "matrix.${name}:443"}';`,
    '}',
  ],
});
