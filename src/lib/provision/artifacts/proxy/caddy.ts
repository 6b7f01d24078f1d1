import { type Artifact, openFile } from '../artifact.ts';
import { hostOf, type SetupFacts, upstreamOf } from '../setup-facts.ts';
import { wellKnownClient, wellKnownServer } from '../well-known.ts';

/** For Caddy, which gets its certificates itself. */
export function caddy(facts: SetupFacts): Artifact[] {
  const { federationHost, serverName } = facts;
  const name = hostOf(serverName);
  const matrix = `@matrix path /_matrix/* /_synapse/client/*
# Neither decoded nor buffered; Synapse sets the CORS headers of these paths itself.
reverse_proxy @matrix ${upstreamOf(facts).replace(/^http:\/\//, '')}
`;
  const wellKnown = `@wellKnown path /.well-known/matrix/*
header @wellKnown Content-Type application/json
header @wellKnown Access-Control-Allow-Origin *
respond /.well-known/matrix/server \`${JSON.stringify(wellKnownServer(facts))}\` 200
respond /.well-known/matrix/client \`${JSON.stringify(wellKnownClient(facts))}\` 200
`;
  const own = name === federationHost;
  const sites = [
    site(`${federationHost}, ${federationHost}:8448`, own ? matrix + wellKnown : matrix),
    ...(own ? [] : [`# If ${name} is a site already, put these lines into it.\n${site(name, wellKnown)}`]),
  ];
  return [openFile('caddy/Caddyfile', sites.join('\n'))];
}

const site = (address: string, body: string): string => `${address} {\n${body.replaceAll(/^(?=.)/gm, '\t')}}\n`;
