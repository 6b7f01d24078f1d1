import { CONTAINER_DATA, CONTAINER_USER, containerFolders, imageOf } from '../containers/dockerfile.ts';
import { revealed } from '../environment.ts';
import { fromContainer, type SetupFacts } from '../setup-facts.ts';
import { BRIDGE, BRIDGE_SECRETS, containerSecurity, labelsOf, object, podSecurity, WORKSPACE } from './objects.ts';

const SECRETS = '/run/secrets/rcfed';
/** The bridge takes up to 10 s to finish what is under way. */
const GRACE_SECONDS = 30;

/** What is no secret: read by `envFrom`. */
export const bridgeConfig = (facts: SetupFacts): object =>
  object('v1', 'ConfigMap', BRIDGE, {
    data: {
      ...facts.variables,
      RCFED_WORKSPACE_URL: fromContainer(facts.workspaceUrl, 'http://rocketchat-rocketchat'),
      RCFED_HOMESERVER_URL: fromContainer(facts.homeserverUrl, 'http://synapse:8008'),
      ...containerFolders(facts.port),
      ...Object.fromEntries(Object.keys(facts.secretVariables).map((name) => [`${name}_FILE`, `${SECRETS}/${name}`])),
    },
  });

/** Mounted as files, so that they are in nobody's environment. */
export const bridgeSecrets = (facts: SetupFacts): object =>
  object('v1', 'Secret', BRIDGE_SECRETS, { type: 'Opaque', stringData: revealed(facts.secretVariables) });

/** Reached also while it is not ready: what the homeserver pushes meanwhile is recorded, not refused. */
export const bridgeService = ({ port }: SetupFacts): object =>
  object('v1', 'Service', BRIDGE, {
    spec: {
      type: 'ClusterIP',
      publishNotReadyAddresses: true,
      selector: labelsOf(BRIDGE),
      ports: [{ name: 'application-service', port, targetPort: 'listener', protocol: 'TCP' }],
    },
  });

/** The store: SQLite, one writer. */
export const bridgeVolume = (): object =>
  object('v1', 'PersistentVolumeClaim', BRIDGE, {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
  });

/**
 * One replica, the old pod ended before the new one begins: two bridges with one store would be refused by
 * its lock, and two with stores of their own would send everything twice.
 */
export const bridgeDeployment = (facts: SetupFacts): object =>
  object('apps/v1', 'Deployment', BRIDGE, {
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labelsOf(BRIDGE) },
      template: {
        metadata: { labels: labelsOf(BRIDGE) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: GRACE_SECONDS,
          securityContext: podSecurity(CONTAINER_USER),
          containers: [bridgeContainer(facts)],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: BRIDGE } },
            { name: 'secrets', secret: { secretName: BRIDGE_SECRETS, defaultMode: 0o440 } },
            { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
          ],
        },
      },
    },
  });

function bridgeContainer(facts: SetupFacts): object {
  const probe = (path: string): object => ({ httpGet: { path, port: 'listener' } });
  return {
    name: 'bridge',
    image: imageOf(facts),
    args: ['federation', 'run'],
    // The last one wins; it is there if an overlay has it.
    envFrom: [{ configMapRef: { name: BRIDGE } }, { configMapRef: { name: WORKSPACE, optional: true } }],
    ports: [{ name: 'listener', containerPort: facts.port, protocol: 'TCP' }],
    // Live: the process answers. Ready: both servers work; only news wait while they do not.
    startupProbe: { ...probe('/health/live'), periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { ...probe('/health/live'), periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { ...probe('/health/ready'), periodSeconds: 10, timeoutSeconds: 5 },
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: 'data', mountPath: CONTAINER_DATA },
      { name: 'secrets', mountPath: SECRETS, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
