import { type Artifact, openFile, yamlText } from '../artifact.ts';
import { BRIDGE, labelsOf, NAMESPACE, object, WORKSPACE } from './objects.ts';

/** Port of Rocket.Chat in its pod, and the Service of its own Helm chart. */
const WORKSPACE_POD_PORT = 3000;
const WORKSPACE_SERVICE = 'http://rocketchat-rocketchat.rocketchat.svc';
/** Where Traefik's pods listen for HTTPS; those of ingress-nginx do at 443, which the base allows. */
const CONTROLLER_PORT = 8443;

/** One way in which Rocket.Chat is deployed, and what the bridge needs besides the base. */
interface Overlay {
  readonly name: 'monolith' | 'microservices';
  readonly comment: readonly string[];
  readonly objects: readonly object[];
}

/** Policies add up: this one opens one more way out. */
const wayOut = (to: object, port: number): object =>
  object('networking.k8s.io/v1', 'NetworkPolicy', WORKSPACE, {
    spec: {
      podSelector: { matchLabels: labelsOf(BRIDGE) },
      policyTypes: ['Egress'],
      egress: [{ to: [to], ports: [{ protocol: 'TCP', port }] }],
    },
  });

const OVERLAYS: readonly Overlay[] = [
  {
    name: 'monolith',
    comment: [
      'Rocket.Chat as one Deployment: REST and realtime are behind one Service, and the bridge goes there directly.',
      'The address is that of a Helm release "rocketchat" in the namespace "rocketchat": change it to yours.',
      'Links to messages go on saying the public address, which the bridge reads from the setting Site_Url.',
    ],
    objects: [
      object('v1', 'ConfigMap', WORKSPACE, { data: { RCFED_WORKSPACE_URL: WORKSPACE_SERVICE } }),
      wayOut({ podSelector: { matchLabels: labelsOf('rocketchat') }, namespaceSelector: {} }, WORKSPACE_POD_PORT),
    ],
  },
  {
    name: 'microservices',
    comment: [
      'Rocket.Chat as microservices: REST is answered by one, realtime (/websocket, /sockjs) by ddp-streamer, and only',
      'the Ingress has both under one address. So the bridge goes through it, at the public address of the base.',
      'Where that address leads back into the cluster, policies see the port of the controller itself: 8443 for Traefik.',
    ],
    objects: [wayOut({ namespaceSelector: {} }, CONTROLLER_PORT)],
  },
];

/**
 * `kubectl apply -k kubernetes/overlays/monolith`, or microservices. They add objects and patch none, and say
 * `bases`: that is what the kustomize of kubectl 1.20 (Debian 12) understands as well as that of today, which
 * warns about the word.
 */
export const overlays = (): Artifact[] =>
  OVERLAYS.flatMap(({ name, comment, objects }) => {
    const folder = `kubernetes/overlays/${name}`;
    return [
      openFile(
        `${folder}/kustomization.yaml`,
        yamlText(comment, {
          apiVersion: 'kustomize.config.k8s.io/v1beta1',
          kind: 'Kustomization',
          namespace: NAMESPACE,
          bases: ['../../base'],
          resources: ['workspace.yaml'],
        }),
      ),
      openFile(`${folder}/workspace.yaml`, yamlText(['How the bridge reaches the workspace.'], ...objects)),
    ];
  });
