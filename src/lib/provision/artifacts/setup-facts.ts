import type { ServerName } from '../../core/ids.ts';
import type { Secret } from '../../core/secret.ts';
import { parseHostPort } from '../../admin/address.ts';
import type { Registration } from '../../matrix/types.ts';
import type { ComposeSecrets } from './containers/compose-secrets.ts';

/** Everything that the files say, put together once: each of them is a pure function of this. */
export interface SetupFacts {
  /** `https://chat.example.org`, without a trailing slash. */
  readonly workspaceUrl: string;
  /** As the bridge reaches it; `http://127.0.0.1:8008` or `https://matrix.example.org`. */
  readonly homeserverUrl: string;
  readonly serverName: ServerName;
  /** The host that other servers connect to, at port 443. */
  readonly federationHost: string;
  readonly registration: Registration;
  /** Absolute path of registration.yaml. */
  readonly registrationPath: string;
  /** Of the application service listener. */
  readonly port: number;
  /** Where it listens on this machine, `HOST:PORT`; containers have addresses of their own. */
  readonly listen: string;
  /** Further trusted certificates, on this machine. */
  readonly caFile: string | undefined;
  /** What the bridge is told by its environment, by variable: `RCFED_WORKSPACE_URL` … */
  readonly variables: Readonly<Record<string, string>>;
  readonly secretVariables: Readonly<Record<string, Secret>>;
  /** Undefined: it is built from the Dockerfile. */
  readonly image: string | undefined;
  /** Of rcfed. */
  readonly version: string;
  /** Rooms appear in the homeserver's public directory, also for other servers. */
  readonly publishRooms: boolean;
  readonly composeSecrets: ComposeSecrets;
}

/** What the person chose for the files; the rest follows from the profile. */
export interface FileChoices {
  readonly federationHost?: string | undefined;
  readonly image?: string | undefined;
  readonly publishRooms: boolean;
}

/** A profile's fields by name, as it is kept. */
export interface ProfileContent {
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

const DEFAULT_PORT = 29_400;
/** Synapse's listener, as its own configuration has it. */
const DEFAULT_UPSTREAM = 'http://127.0.0.1:8008';

/** The name of a server without its port. */
export const hostOf = (serverName: string): string => serverName.replace(/:\d+$/, '');

/** Where other servers are sent, unless said otherwise: where clients find the homeserver, or its name. */
export function usualFederationHost(homeserverUrl: string, serverName: string): string {
  const { protocol, hostname } = new URL(homeserverUrl);
  return protocol === 'https:' ? hostname : hostOf(serverName);
}

/** A port that the system chooses is none that anybody could be told. */
export function listenerOf(listen: string | undefined): Pick<SetupFacts, 'listen' | 'port'> {
  const port = (listen === undefined ? undefined : parseHostPort(listen)?.port) || DEFAULT_PORT;
  return { port, listen: `${listen?.replace(/:\d+$/, '') ?? '127.0.0.1'}:${port}` };
}

/** Where a proxy finds the homeserver; behind a public https address it would find itself. */
export const upstreamOf = ({ homeserverUrl }: SetupFacts): string =>
  homeserverUrl.startsWith('http:') ? homeserverUrl : DEFAULT_UPSTREAM;

/** Where people's clients find the homeserver. */
export const clientUrl = ({ homeserverUrl, federationHost }: SetupFacts): string =>
  homeserverUrl.startsWith('https:') ? homeserverUrl : `https://${federationHost}`;

/** Loopback is another machine inside a container: there the neighbour has a name. */
export function fromContainer(url: string, neighbour: string): string {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname) ? neighbour : url;
}
