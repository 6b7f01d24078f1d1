import { type Artifact, openFile, privateFile, yamlText } from '../artifact.ts';
import { environmentLines, revealed } from '../environment.ts';
import { fromContainer, type SetupFacts } from '../setup-facts.ts';
import { homeserverFiles, homeserverServices } from './compose-homeserver.ts';
import { CONTAINER_DATA, CONTAINER_USER, containerFolders, healthCommand, imageOf } from './dockerfile.ts';

const COMMENT = [
  'The bridge alone:                     docker compose up --detach',
  'With a new workspace and homeserver:  docker compose --profile workspace --profile homeserver up --detach',
  'A new workspace has to be there before the bridge has its account: start it with `up --detach rocketchat`,',
  'go through its set-up, run `rcfed federation provision`, and then start the rest.',
  'Put a proxy with TLS before the ports 3000 and 8008; they are open to this machine alone.',
];

/** Rocket.Chat 8 with MongoDB as a replica set, Synapse on PostgreSQL, and the bridge, for compose 2.20 and later. */
export async function compose(facts: SetupFacts): Promise<Artifact[]> {
  const services = { bridge: bridgeService(facts), ...workspaceServices(facts), ...homeserverServices() };
  const volumes = Object.fromEntries(['bridge', 'mongodb', 'postgres', 'synapse'].map((name) => [name, {}]));
  return [
    openFile('compose/compose.yaml', yamlText(COMMENT, { services, volumes })),
    privateFile('compose/bridge.env', bridgeVariables(facts)),
    ...(await homeserverFiles(facts, `http://bridge:${facts.port}`)),
  ];
}

function bridgeVariables(facts: SetupFacts): string {
  const reached = {
    RCFED_WORKSPACE_URL: fromContainer(facts.workspaceUrl, 'http://rocketchat:3000'),
    RCFED_HOMESERVER_URL: fromContainer(facts.homeserverUrl, 'http://synapse:8008'),
  };
  return environmentLines({ ...facts.variables, ...reached, ...revealed(facts.secretVariables) });
}

/** It waits for both servers by itself, so it depends on none; they may be elsewhere. */
const bridgeService = (facts: SetupFacts): object => ({
  image: imageOf(facts),
  ...(facts.image === undefined ? { build: { context: '../docker' } } : {}),
  restart: 'unless-stopped',
  user: `${CONTAINER_USER}:${CONTAINER_USER}`,
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  env_file: ['bridge.env'],
  environment: containerFolders(facts.port),
  volumes: [`bridge:${CONTAINER_DATA}`],
  // For a homeserver on this machine; that of this file finds it as http://bridge.
  ports: [`127.0.0.1:${facts.port}:${facts.port}`],
  stop_grace_period: '30s',
  healthcheck: {
    test: ['CMD', ...healthCommand(facts.port, 'live')],
    interval: '30s',
    timeout: '5s',
    start_period: '30s',
    retries: 3,
  },
});

const workspaceServices = (facts: SetupFacts): Record<string, object> => ({
  rocketchat: {
    image: 'registry.rocket.chat/rocketchat/rocket.chat:8.6.1',
    profiles: ['workspace'],
    restart: 'unless-stopped',
    environment: {
      ROOT_URL: facts.workspaceUrl,
      PORT: '3000',
      MONGO_URL: 'mongodb://mongodb:27017/rocketchat?replicaSet=rs0',
      DEPLOY_METHOD: 'docker',
    },
    ports: ['127.0.0.1:3000:3000'],
    depends_on: { mongodb: { condition: 'service_healthy' } },
  },
  mongodb: {
    image: 'mongo:8.0',
    profiles: ['workspace'],
    restart: 'unless-stopped',
    command: ['mongod', '--replSet', 'rs0', '--bind_ip_all'],
    volumes: ['mongodb:/data/db'],
    // Rocket.Chat follows the oplog, which only a replica set has: the first check makes it one.
    healthcheck: {
      test: ['CMD', 'mongosh', '--quiet', '--eval', REPLICA_SET],
      interval: '5s',
      timeout: '10s',
      start_period: '30s',
      retries: 12,
    },
  },
});

const REPLICA_SET =
  "try { rs.status().ok } catch { rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongodb:27017' }] }).ok }";
