import { type Artifact, openFile } from '../artifact.ts';
import { hostOf, type SetupFacts, upstreamOf } from '../setup-facts.ts';
import { wellKnownClient, wellKnownServer } from '../well-known.ts';

/** More than the largest file: Synapse's `max_upload_size` is 50M as it comes. */
const LARGEST_BODY = '100M';

/** For nginx: the homeserver behind TLS, and `.well-known` for the host of the server name. */
export function nginx(facts: SetupFacts): Artifact[] {
  const ownHost = hostOf(facts.serverName) === facts.federationHost;
  const included = ownHost ? `\n${indented(locations(facts))}` : '';
  const server = openFile('nginx/matrix.conf', matrixServer(facts, included));
  if (ownHost) return [server];
  const comment = `# Goes into the server block of ${hostOf(facts.serverName)}:  include /etc/nginx/snippets/matrix-well-known.conf;\n`;
  return [server, openFile('nginx/matrix-well-known.conf', `${comment}${locations(facts)}`)];
}

function matrixServer(facts: SetupFacts, included: string): string {
  const { federationHost } = facts;
  return `# /etc/nginx/conf.d/matrix.conf: clients, other servers and media reach the homeserver of ${facts.serverName}.
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    # Only for servers that do not ask for .well-known.
    listen 8448 ssl;
    listen [::]:8448 ssl;
    server_name ${federationHost};

    ssl_certificate /etc/letsencrypt/live/${federationHost}/fullchain.pem;
    ssl_certificate_key /etc/letsencrypt/live/${federationHost}/privkey.pem;

    client_max_body_size ${LARGEST_BODY};

    location ~ ^(/_matrix|/_synapse/client) {
        # Nothing after the port, not even a slash: nginx would decode the path, and signatures would fail.
        proxy_pass ${upstreamOf(facts)};
        proxy_http_version 1.1;
        proxy_set_header Host $host:$server_port;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        # Media pass through as they come; a long upload or download is not cut short.
        proxy_request_buffering off;
        proxy_buffering off;
        proxy_read_timeout 600s;
        proxy_send_timeout 600s;
        # Synapse sets Access-Control-Allow-Origin itself: twice is as bad as never.
    }
${included}}
`;
}

/** The exact paths, so that a single-page app behind the same name does not answer for them. */
function locations(facts: SetupFacts): string {
  return [['server', wellKnownServer(facts)] as const, ['client', wellKnownClient(facts)] as const]
    .map(
      ([name, content]) => `location = /.well-known/matrix/${name} {
    default_type application/json;
    add_header Access-Control-Allow-Origin "*" always;
    return 200 '${JSON.stringify(content)}';
}
`,
    )
    .join('');
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '    ');
