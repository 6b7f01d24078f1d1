import type { Artifact } from './artifact.ts';
import { compose } from './containers/compose.ts';
import { dockerfile } from './containers/dockerfile.ts';
import { FILE_KINDS, type FileKind } from './file-kinds.ts';
import { homeserverYaml } from './homeserver-yaml.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import { caddy } from './proxy/caddy.ts';
import { nginx } from './proxy/nginx.ts';
import { traefik } from './proxy/traefik.ts';
import type { SetupFacts } from './setup-facts.ts';
import { debian } from './synapse/debian.ts';
import { helm } from './synapse/helm.ts';
import { systemd } from './systemd.ts';
import { wellKnown } from './well-known.ts';

const makers: Readonly<Record<FileKind, (facts: SetupFacts) => readonly Artifact[] | Promise<readonly Artifact[]>>> = {
  homeserver: homeserverYaml,
  'well-known': wellKnown,
  nginx,
  caddy,
  traefik,
  systemd,
  docker: dockerfile,
  compose,
  kubernetes,
  debian,
  helm,
};

/** The files of the given kinds, besides registration.yaml. Nothing is written, nothing is asked. */
export async function artifactsOf(facts: SetupFacts, kinds: readonly FileKind[]): Promise<readonly Artifact[]> {
  const wanted = FILE_KINDS.filter((kind) => kinds.includes(kind));
  return (await Promise.all(wanted.map(async (kind) => makers[kind](facts)))).flat();
}
