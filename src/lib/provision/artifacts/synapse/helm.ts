import { stringify } from 'yaml';
import { type Artifact, openFile, privateFile, yamlText } from '../artifact.ts';
import { publishedRooms } from '../homeserver-yaml.ts';
import { REGISTRATION_SECRET } from '../kubernetes/objects.ts';
import { REGISTRATION_KEY, registrationSecret } from '../kubernetes/registration-secret.ts';
import type { SetupFacts } from '../setup-facts.ts';
import { closedToNewcomers, MAX_UPLOAD } from './new-synapse.ts';

/** Element's chart of the Server Suite Community: https://github.com/element-hq/ess-helm */
const CHART = 'oci://ghcr.io/element-hq/ess-helm/matrix-stack';
const CHART_VERSION = '26.10.0';
const RELEASE = 'ess';

/** A new Synapse by Helm: only Synapse of Element's chart, with the chart's own PostgreSQL. */
export async function helm(facts: SetupFacts): Promise<Artifact[]> {
  return [
    openFile('synapse/helm/values.yaml', yamlText(valuesComment(facts), values(facts))),
    privateFile('synapse/helm/registration-secret.yaml', yamlText(SECRET_COMMENT, await registrationSecret(facts))),
  ];
}

const valuesComment = ({ serverName }: SetupFacts): readonly string[] => [
  `Values for the chart matrix-stack ${CHART_VERSION} of Element (https://github.com/element-hq/ess-helm):`,
  `  kubectl create namespace ${RELEASE}`,
  `  kubectl apply --namespace ${RELEASE} --filename synapse/helm/registration-secret.yaml`,
  `  helm upgrade --install ${RELEASE} ${CHART} --version ${CHART_VERSION} \\`,
  `    --namespace ${RELEASE} --values synapse/helm/values.yaml --wait`,
  `The server name ${serverName} is in every id: it can never be changed.`,
  "Add your Ingress class and issuer under `ingress`. The chart's PostgreSQL is for a start: one of your own goes under",
  '`synapse.postgres` (host, user, database, sslMode, password), with `postgres.enabled: false`.',
  "Without the Matrix Authentication Service accounts are made by register_new_matrix_user in Synapse's pod.",
];

/** Every part that would ask for a host name of its own is off. */
const values = (facts: SetupFacts): object => ({
  serverName: facts.serverName,
  synapse: {
    ingress: { host: facts.federationHost },
    media: { maxUploadSize: MAX_UPLOAD },
    appservices: [{ secret: REGISTRATION_SECRET, secretKey: REGISTRATION_KEY }],
    additional: { 'rcfed.yaml': { config: stringify(additional(facts), { lineWidth: 0, compat: 'yaml-1.1' }) } },
  },
  postgres: { enabled: true },
  wellKnownDelegation: { enabled: true },
  elementAdmin: { enabled: false },
  elementWeb: { enabled: false },
  matrixAuthenticationService: { enabled: false },
  matrixRTC: { enabled: false },
});

const additional = (facts: SetupFacts): object => ({
  ...closedToNewcomers,
  ...(facts.publishRooms ? publishedRooms(facts) : {}),
});

const SECRET_COMMENT = [
  'Holds tokens. Keep it out of version control, or seal it there.',
  "For the namespace of the homeserver; the chart mounts it into Synapse's pods.",
];
