/** The namespace, and the name of everything in it. */
export const NAMESPACE = 'rcfed';
export const BRIDGE = 'rcfed-bridge';
/** What an overlay says about the way to the workspace. */
export const WORKSPACE = 'rcfed-workspace';
export const WELL_KNOWN = 'rcfed-well-known';
/** Secret with the bridge's own secrets, one file each. */
export const BRIDGE_SECRETS = 'rcfed-secrets';
/** Secret with registration.yaml, to be mounted into the homeserver's pod. */
export const REGISTRATION_SECRET = 'rcfed-registration';

export const labelsOf = (name: string): Readonly<Record<string, string>> => ({ 'app.kubernetes.io/name': name });

/** An object of the Kubernetes API, as `kubectl apply` takes it. */
export const object = (apiVersion: string, kind: string, name: string, rest: object): object => ({
  apiVersion,
  kind,
  metadata: { name, labels: labelsOf(name) },
  ...rest,
});

/** What "restricted" of the Pod Security Standards asks of a pod, for the user of our images. */
export const podSecurity = (user: number): object => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
});

/** … and of its containers; besides the root file system is read-only. */
export const containerSecurity: object = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
