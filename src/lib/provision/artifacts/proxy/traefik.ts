import { type Artifact, openFile, yamlText } from '../artifact.ts';
import { hostOf, type SetupFacts, upstreamOf } from '../setup-facts.ts';

/** For Traefik's file provider. It has no answers of its own: `.well-known` comes from a static web server. */
export function traefik(facts: SetupFacts): Artifact[] {
  const comment = [
    `A file for the file provider of Traefik 3: the homeserver of ${facts.serverName} and .well-known.`,
    'Entry point websecure and certificate resolver letsencrypt are those of your static configuration.',
    'Room ids and aliases arrive with encoded characters (%2F, %3F, %23): where the entry point refuses them',
    '(the default of some versions), allow them there:',
    '  entryPoints.websecure.http.encodedCharacters.allowEncodedSlash: true (also QuestionMark, Hash, Percent)',
    'A long upload needs entryPoints.websecure.transport.respondingTimeouts.readTimeout: 600s.',
    'The service well-known is any web server whose folder .well-known is the folder well-known beside this one.',
  ];
  return [openFile('traefik/matrix.yaml', yamlText(comment, configuration(facts)))];
}

function configuration(facts: SetupFacts): object {
  const secure = { entryPoints: ['websecure'], tls: { certResolver: 'letsencrypt' } };
  const paths = '(PathPrefix(`/_matrix`) || PathPrefix(`/_synapse/client`))';
  const cors = { accessControlAllowOriginList: ['*'], customResponseHeaders: { 'Content-Type': 'application/json' } };
  return {
    http: {
      routers: {
        matrix: { rule: `Host(\`${facts.federationHost}\`) && ${paths}`, service: 'matrix', ...secure },
        'matrix-well-known': {
          rule: `Host(\`${hostOf(facts.serverName)}\`) && PathPrefix(\`/.well-known/matrix/\`)`,
          service: 'matrix-well-known',
          middlewares: ['matrix-well-known'],
          // Before the router of whatever else is served under this name.
          priority: 1000,
          ...secure,
        },
      },
      middlewares: { 'matrix-well-known': { headers: cors } },
      services: {
        matrix: { loadBalancer: { passHostHeader: true, servers: [{ url: upstreamOf(facts) }] } },
        'matrix-well-known': { loadBalancer: { servers: [{ url: 'http://127.0.0.1:8081' }] } },
      },
    },
  };
}
