import { type Artifact, openFile, yamlText } from '../artifact.ts';
import { BRIDGE, labelsOf } from './objects.ts';

/** Port of Rocket.Chat in its pod, and of its Service, in its own Helm chart. */
const WORKSPACE_POD_PORT = 3000;
const WORKSPACE_SERVICE = 'http://rocketchat-rocketchat.rocketchat.svc';

/** Where Traefik's pods listen for HTTPS; those of ingress-nginx do at 443, which the base allows. */
const CONTROLLER_PORT = 8443;

/** One way in which Rocket.Chat is deployed, and what is different for the bridge. */
interface Overlay {
  readonly name: 'monolith' | 'microservices';
  readonly comment: readonly string[];
  readonly patches: readonly object[];
}

const policyPatch = (to: object, port: number): object => ({
  target: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', name: BRIDGE },
  patch: JSON.stringify([
    { op: 'add', path: '/spec/egress/-', value: { to: [to], ports: [{ protocol: 'TCP', port }] } },
  ]),
});

const configPatch = (variable: string, value: string): object => ({
  target: { version: 'v1', kind: 'ConfigMap', name: BRIDGE },
  patch: JSON.stringify([{ op: 'replace', path: `/data/${variable}`, value }]),
});

const OVERLAYS: readonly Overlay[] = [
  {
    name: 'monolith',
    comment: [
      'Rocket.Chat as one Deployment: REST and realtime are behind one Service, and the bridge goes there directly.',
      'The address is that of a Helm release "rocketchat" in the namespace "rocketchat": change it to yours.',
      'Links to messages go on saying the public address, which the bridge reads from the setting Site_Url.',
    ],
    patches: [
      configPatch('RCFED_WORKSPACE_URL', WORKSPACE_SERVICE),
      policyPatch({ podSelector: { matchLabels: labelsOf('rocketchat') }, namespaceSelector: {} }, WORKSPACE_POD_PORT),
    ],
  },
  {
    name: 'microservices',
    comment: [
      'Rocket.Chat as microservices: REST is answered by one, realtime (/websocket, /sockjs) by ddp-streamer, and only',
      'the Ingress has both under one address. So the bridge goes through it, at the public address of the base.',
      'Where that address leads back into the cluster, policies see the port of the controller itself: 8443 for Traefik.',
    ],
    patches: [policyPatch({ namespaceSelector: {} }, CONTROLLER_PORT)],
  },
];

/** `kubectl apply -k kubernetes/overlays/monolith`, or microservices. */
export const overlays = (): Artifact[] =>
  OVERLAYS.map(({ name, comment, patches }) =>
    openFile(
      `kubernetes/overlays/${name}/kustomization.yaml`,
      yamlText(comment, {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: ['../../base'],
        patches,
      }),
    ),
  );
