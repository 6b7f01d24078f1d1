import type { ServerCertificate } from '../../src/sandbox/synapse/authority.ts';
import { freePort } from './free-port.ts';
import { type Nginx, startNginx } from './nginx.ts';

/** What is unusual about a proxy; unset: as it should be. */
export interface ProxyFault {
  /** Type and body of /.well-known/matrix/server. */
  readonly wellKnown?: readonly [type: string, body: string];
  /** Of the port for other servers. */
  readonly certificate?: ServerCertificate;
  /** False: that port speaks plain HTTP. */
  readonly tls?: boolean;
  /** The one that the proxy knows. */
  readonly name?: string;
  /** Directives of the port for other servers, instead of the one that passes all of /_matrix on. */
  readonly directives?: (homeserver: string) => readonly string[];
}

export interface MatrixProxy extends Nginx {
  /** The port that the world has as 443, with the .well-known documents. */
  readonly web: number;
  /** The one that it has as 8448. */
  readonly federation: number;
}

/** An nginx before a homeserver, set up as documentation of homeservers says. */
export async function startMatrixProxy(
  serverName: string,
  homeserver: string,
  good: ServerCertificate,
  fault: ProxyFault,
): Promise<MatrixProxy> {
  const [web, federation] = [await freePort(), await freePort()];
  const [type, document] = fault.wellKnown ?? ['application/json', `{"m.server": "${serverName}:8448"}`];
  const clientDocument = `{"m.homeserver": {"base_url": "https://${serverName}"}}`;
  const certified = (name: string): string => `ssl_certificate ${name}.pem; ssl_certificate_key ${name}.key;`;
  const isTls = fault.tls ?? true;
  const passing = [`location /_matrix { proxy_pass ${homeserver}; proxy_set_header Host $host; }`];
  const servers = [
    `server { listen 127.0.0.1:${web} ssl; server_name ${serverName}; ${certified('web')}`,
    `location = /.well-known/matrix/server { default_type ${type}; return 200 '${document}'; }`,
    'location = /.well-known/matrix/client { default_type application/json;',
    `add_header Access-Control-Allow-Origin *; return 200 '${clientDocument}'; } }`,
    // What answers for names that nobody knows.
    `server { listen 127.0.0.1:${federation}${isTls ? ' ssl' : ''} default_server; server_name _;`,
    isTls ? certified('federation') : '',
    "location / { default_type text/html; return 200 '<html>Welcome to nginx!</html>'; } }",
    `server { listen 127.0.0.1:${federation}${isTls ? ' ssl' : ''}; server_name ${fault.name ?? serverName};`,
    isTls ? certified('federation') : '',
    'client_max_body_size 50m;',
    ...(fault.directives?.(homeserver) ?? passing),
    '}',
  ].join('\n');
  const certificates = { web: good, federation: fault.certificate ?? good };
  return { ...(await startNginx({ certificates, ports: [web, federation], servers })), web, federation };
}
