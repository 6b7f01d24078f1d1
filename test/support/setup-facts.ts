import type { ServerName } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { makeRegistration } from '../../src/lib/matrix/registration.ts';
import { bridgeEnvironment } from '../../src/lib/provision/artifacts/environment.ts';
import type { SetupFacts } from '../../src/lib/provision/artifacts/setup-facts.ts';

const serverName = 'example.org' as ServerName;
const secret = (name: string): Secret => new Secret(`the-${name}-that-nobody-may-see`);

/** A workspace at chat.example.org and a homeserver that other servers find at matrix.example.org. */
export function exampleFacts(different: Partial<SetupFacts> = {}): SetupFacts {
  const registration = different.registration ?? makeRegistration({ url: 'http://127.0.0.1:29400', serverName });
  const workspaceUrl = different.workspaceUrl ?? 'https://chat.example.org';
  const homeserverUrl = different.homeserverUrl ?? 'http://127.0.0.1:8008';
  const values = {
    'workspace-url': workspaceUrl,
    'workspace-user-id': 'bot-id',
    'homeserver-url': homeserverUrl,
    'server-name': different.serverName ?? serverName,
    registration: '/etc/rcfed/registration.yaml',
  };
  const secrets = { 'workspace-token': secret('token'), 'workspace-password': new Secret(`it's "odd" $HOME \\ #`) };
  return {
    workspaceUrl,
    homeserverUrl,
    serverName,
    federationHost: 'matrix.example.org',
    registration,
    registrationPath: '/etc/rcfed/registration.yaml',
    port: 29_400,
    listen: '127.0.0.1:29400',
    caFile: undefined,
    ...bridgeEnvironment({ values, secrets }, registration),
    image: undefined,
    version: '0.1.0',
    publishRooms: false,
    composeSecrets: {
      postgresPassword: secret('database-password'),
      macaroonSecretKey: secret('macaroon-key'),
      formSecret: secret('form-secret'),
      registrationSharedSecret: secret('shared-secret'),
    },
    ...different,
  };
}

/** Every secret of those facts, as text. */
export const secretsOf = ({ secretVariables, composeSecrets }: SetupFacts): string[] =>
  [...Object.values(secretVariables), ...Object.values(composeSecrets)].map((each: Secret) => each.reveal());
