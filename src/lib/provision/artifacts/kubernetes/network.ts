import { fromContainer, hostOf, type SetupFacts, upstreamOf } from '../setup-facts.ts';
import { jsonText } from '../artifact.ts';
import { wellKnownClient, wellKnownServer } from '../well-known.ts';
import { BRIDGE, containerSecurity, labelsOf, object, podSecurity, WELL_KNOWN } from './objects.ts';

/** `nginx` of nginxinc/nginx-unprivileged. */
const NGINX_USER = 101;
const NGINX_PORT = 8080;
const INGRESS = 'matrix';
/** As it comes, ingress-nginx refuses media of more than 1 MB; other controllers do not read these. */
const MEDIA_ANNOTATIONS = {
  'nginx.ingress.kubernetes.io/proxy-body-size': '100m',
  'nginx.ingress.kubernetes.io/proxy-read-timeout': '600',
};
/** Where a homeserver in the same cluster is usually found. */
const HOMESERVER = { service: 'synapse', port: 8008 };
type Labels = Readonly<Record<string, string>>;
const podsWith = (matchLabels: Labels) => ({ podSelector: { matchLabels }, namespaceSelector: {} });
/** Each of the processes that Element's chart matrix-stack makes of a Synapse. */
const OF_MATRIX_STACK: Labels = { 'app.kubernetes.io/component': 'matrix-server' };

/**
 * Only the homeserver reaches the bridge, and the workspace where it tells of direct messages; the bridge reaches
 * only names, HTTPS and the homeserver. The kubelet's probes come from the node and pass.
 */
export const bridgePolicy = (facts: SetupFacts): object =>
  object('networking.k8s.io/v1', 'NetworkPolicy', BRIDGE, {
    spec: {
      podSelector: { matchLabels: labelsOf(BRIDGE) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: callers(facts).map(podsWith), ports: [{ protocol: 'TCP', port: facts.port }] }],
      egress: [
        {
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
        { ports: outwardPorts(facts).map((port) => ({ protocol: 'TCP', port })) },
      ],
    },
  });

/** The workspace calls only where it was told to. */
const callers = ({ variables }: SetupFacts): readonly Labels[] => [
  labelsOf('synapse'),
  OF_MATRIX_STACK,
  ...(variables['RCFED_DIRECT_WEBHOOK'] === undefined ? [] : [labelsOf('rocketchat')]),
];

/** Those of both servers' addresses, and of a PostgreSQL store. */
function outwardPorts({ workspaceUrl, homeserverUrl, variables }: SetupFacts): number[] {
  const store = variables['RCFED_STORE'];
  const urls = [workspaceUrl, fromContainer(homeserverUrl, `http://synapse:${HOMESERVER.port}`)];
  const ports = urls
    .map((url) => new URL(url))
    .map(({ port, protocol }) => Number(port) || (protocol === 'https:' ? 443 : 80));
  if (store !== undefined) ports.push(Number(new URL(store).port) || 5432);
  return [...new Set(ports)].toSorted((one, other) => one - other);
}

/** The homeserver for clients and other servers, and `.well-known` on the host of the server name. */
export function ingress(facts: SetupFacts): object {
  const { federationHost, serverName } = facts;
  const name = hostOf(serverName);
  const path = (prefix: string, service: string, port: number): object => ({
    path: prefix,
    pathType: 'Prefix',
    backend: { service: { name: service, port: { number: port } } },
  });
  const matrix = ['/_matrix', '/_synapse/client'].map((prefix) => path(prefix, HOMESERVER.service, HOMESERVER.port));
  const wellKnown = path('/.well-known/matrix', WELL_KNOWN, NGINX_PORT);
  const rules =
    name === federationHost
      ? [{ host: name, http: { paths: [...matrix, wellKnown] } }]
      : [
          { host: federationHost, http: { paths: matrix } },
          { host: name, http: { paths: [wellKnown] } },
        ];
  return object('networking.k8s.io/v1', 'Ingress', INGRESS, {
    metadata: { name: INGRESS, labels: labelsOf(INGRESS), annotations: MEDIA_ANNOTATIONS },
    spec: { tls: rules.map(({ host }) => ({ hosts: [host], secretName: `${host.replaceAll('.', '-')}-tls` })), rules },
  });
}

/**
 * The Service that the Ingress calls the homeserver by: it leads to pods of this namespace that are labelled
 * as Synapse.
 */
export const homeserverService = (facts: SetupFacts): object =>
  object('v1', 'Service', HOMESERVER.service, {
    spec: {
      type: 'ClusterIP',
      selector: labelsOf('synapse'),
      ports: [
        {
          name: 'http',
          port: HOMESERVER.port,
          targetPort: Number(new URL(upstreamOf(facts)).port) || HOMESERVER.port,
          protocol: 'TCP',
        },
      ],
    },
  });

/** A web server of two files. */
export function wellKnownObjects(facts: SetupFacts): object[] {
  const volumes = [
    { name: 'configuration', configMap: { name: WELL_KNOWN } },
    { name: 'tmp', emptyDir: {} },
  ];
  const container = {
    name: 'nginx',
    image: 'nginxinc/nginx-unprivileged:1.28-alpine',
    ports: [{ name: 'http', containerPort: NGINX_PORT, protocol: 'TCP' }],
    readinessProbe: { httpGet: { path: '/.well-known/matrix/server', port: 'http' } },
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: 'configuration', mountPath: '/etc/nginx/conf.d', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
  return [
    object('v1', 'ConfigMap', WELL_KNOWN, {
      data: {
        'default.conf': SITE,
        'server.json': jsonText(wellKnownServer(facts)),
        'client.json': jsonText(wellKnownClient(facts)),
      },
    }),
    object('apps/v1', 'Deployment', WELL_KNOWN, {
      spec: {
        replicas: 1,
        selector: { matchLabels: labelsOf(WELL_KNOWN) },
        template: {
          metadata: { labels: labelsOf(WELL_KNOWN) },
          spec: {
            automountServiceAccountToken: false,
            securityContext: podSecurity(NGINX_USER),
            containers: [container],
            volumes,
          },
        },
      },
    }),
    object('v1', 'Service', WELL_KNOWN, {
      spec: {
        type: 'ClusterIP',
        selector: labelsOf(WELL_KNOWN),
        ports: [{ name: 'http', port: NGINX_PORT, targetPort: 'http', protocol: 'TCP' }],
      },
    }),
  ];
}

const SITE = `server {
    listen ${NGINX_PORT};
    default_type application/json;
    add_header Access-Control-Allow-Origin "*" always;
    location = /.well-known/matrix/server { alias /etc/nginx/conf.d/server.json; }
    location = /.well-known/matrix/client { alias /etc/nginx/conf.d/client.json; }
    location / { return 404; }
}
`;
