import { renderRegistration } from '../../../matrix/registration.ts';
import { type Artifact, privateFile, openFile, yamlText } from '../artifact.ts';
import { environmentLines } from '../environment.ts';
import { homeserverSettings } from '../homeserver-yaml.ts';
import type { SetupFacts } from '../setup-facts.ts';
import { listenersAt, newSynapse } from '../synapse/new-synapse.ts';
import { composeSecretsFile } from './compose-secrets.ts';

/** Synapse's own user in its image. */
const SYNAPSE_USER = 991;
const SYNAPSE_IMAGE = 'matrixdotorg/synapse:v1.160.0';
const CONFIGURATION = '/data/homeserver.yaml';

/** Synapse on PostgreSQL. Nobody can register: accounts are made by `register_new_matrix_user`. */
export const homeserverServices = (): Record<string, object> => ({
  postgres: {
    image: 'postgres:17-alpine',
    profiles: ['homeserver'],
    restart: 'unless-stopped',
    env_file: ['postgres.env'],
    // Synapse refuses a database with another collation.
    environment: { POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C' },
    volumes: ['postgres:/var/lib/postgresql/data'],
    healthcheck: {
      test: ['CMD', 'pg_isready', '--username=synapse', '--dbname=synapse'],
      interval: '5s',
      timeout: '5s',
      retries: 12,
    },
  },
  'synapse-files': {
    image: SYNAPSE_IMAGE,
    profiles: ['homeserver'],
    entrypoint: ['/bin/sh', '-euc'],
    command: [filesScript()],
    user: '0:0',
    volumes: ['./synapse:/in:ro', 'synapse:/data'],
  },
  synapse: {
    image: SYNAPSE_IMAGE,
    profiles: ['homeserver'],
    restart: 'unless-stopped',
    user: `${SYNAPSE_USER}:${SYNAPSE_USER}`,
    entrypoint: ['python', '-m', 'synapse.app.homeserver', '-c', CONFIGURATION, '-c', '/data/secrets.yaml'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    volumes: ['synapse:/data'],
    ports: ['127.0.0.1:8008:8008'],
    depends_on: {
      postgres: { condition: 'service_healthy' },
      'synapse-files': { condition: 'service_completed_successfully' },
    },
  },
});

/** The files here belong to whoever wrote them and are closed to others: root hands copies to Synapse's user. */
const filesScript = (): string =>
  [
    'cp /in/homeserver.yaml /in/secrets.yaml /in/registration.yaml /data/',
    `python -m synapse.app.homeserver -c ${CONFIGURATION} -c /data/secrets.yaml --generate-keys`,
    'chmod 600 /data/*.yaml /data/*.key',
    `chown -R ${SYNAPSE_USER}:${SYNAPSE_USER} /data`,
  ].join('\n');

/** What the homeserver of the compose file reads. */
export async function homeserverFiles(facts: SetupFacts, bridgeUrl: string): Promise<Artifact[]> {
  const registration = await renderRegistration({ ...facts.registration, url: bridgeUrl });
  const comment = [
    `Synapse of the compose file. The server name ${facts.serverName} is in every id: it can never be changed.`,
    'https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html',
  ];
  const password = facts.composeSecrets.postgresPassword.reveal();
  return [
    openFile('compose/synapse/homeserver.yaml', yamlText(comment, homeserverConfiguration(facts))),
    composeSecretsFile(facts.composeSecrets),
    privateFile('compose/synapse/registration.yaml', registration),
    privateFile(
      'compose/postgres.env',
      environmentLines({ POSTGRES_USER: 'synapse', POSTGRES_DB: 'synapse', POSTGRES_PASSWORD: password }),
    ),
  ];
}

const homeserverConfiguration = (facts: SetupFacts): object => ({
  ...newSynapse(facts),
  pid_file: '/tmp/homeserver.pid',
  signing_key_path: '/data/signing.key',
  media_store_path: '/data/media',
  listeners: listenersAt('0.0.0.0'),
  ...homeserverSettings(facts, '/data/registration.yaml'),
});
