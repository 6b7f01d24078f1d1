import { type Artifact, openFile, privateFile, yamlText } from '../artifact.ts';
import type { SetupFacts } from '../setup-facts.ts';
import { bridgeConfig, bridgeDeployment, bridgeSecrets, bridgeService, bridgeVolume } from './bridge.ts';
import { bridgePolicy, homeserverService, ingress, wellKnownObjects } from './network.ts';
import { NAMESPACE, object } from './objects.ts';
import { overlays } from './overlays.ts';
import { registrationSecret } from './registration-secret.ts';

/** A kustomize base, and an overlay for each way in which Rocket.Chat itself is deployed. */
export async function kubernetes(facts: SetupFacts): Promise<Artifact[]> {
  const files: readonly (readonly [name: string, comment: string, ...objects: object[]])[] = [
    ['namespace', 'Everything here is as "restricted" of the Pod Security Standards asks.', namespace()],
    ['configmap', 'What the bridge is told; secrets are mounted as files.', bridgeConfig(facts)],
    ['deployment', 'The bridge: one, for its store is SQLite.', bridgeDeployment(facts), bridgeVolume()],
    [
      'service',
      'Where the homeserver reaches the bridge, and the Ingress the homeserver.',
      bridgeService(facts),
      homeserverService(facts),
    ],
    [
      'ingress',
      'Clients and other servers. Add your ingressClassName and the issuer of the certificates.',
      ingress(facts),
    ],
    ['networkpolicy', 'Who may speak with the bridge, and with whom it speaks.', bridgePolicy(facts)],
    ['well-known', 'How other servers find the homeserver of the server name.', ...wellKnownObjects(facts)],
  ];
  const base = 'kubernetes/base';
  return [
    ...files.map(([name, comment, ...objects]) => openFile(`${base}/${name}.yaml`, yamlText([comment], ...objects))),
    privateFile(`${base}/secret.yaml`, yamlText(SECRET_COMMENT, bridgeSecrets(facts), await registrationSecret(facts))),
    openFile(`${base}/kustomization.yaml`, kustomization([...files.map(([name]) => name), 'secret'])),
    ...overlays(),
  ];
}

const SECRET_COMMENT = [
  'Holds tokens. Keep it out of version control, or seal it there.',
  'rcfed-registration is for the homeserver: mount it, and name its path under app_service_config_files.',
];

const namespace = (): object =>
  object('v1', 'Namespace', NAMESPACE, {
    metadata: { name: NAMESPACE, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  });

const kustomization = (names: readonly string[]): string =>
  yamlText(['kubectl apply -k kubernetes/overlays/monolith, or microservices.'], {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: NAMESPACE,
    resources: names.map((name) => `${name}.yaml`),
  });
