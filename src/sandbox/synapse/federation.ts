import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a Synapse meets others on this machine: a loopback address of its own, TLS and names that only they know. */
export interface Federation {
  /** Of 127.0.0.0/8: all of it is this machine's on Linux, elsewhere only 127.0.0.1 is. */
  readonly address: string;
  readonly port: FederationPort;
  /** All servers, this one too: name to address. */
  readonly hosts: ReadonlyMap<string, string>;
  /** PEM texts: the one authority that all trust, and what it gave this server. */
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

/**
 * Where others look for a name without a port (spec: Server-Server API, "Resolving server names"): on 443 the
 * well-known file answers at once; 8448 is reached only after a DNS server has said that there is no SRV record,
 * which takes a minute where none answers.
 */
export const FEDERATION_PORTS = [443, 8448] as const;
export type FederationPort = (typeof FEDERATION_PORTS)[number];

/** In the data folder. */
export const HOSTS_FILE = 'hosts';

/** Writes what {@link federationYaml} refers to, and {@link HOSTS_FILE}. */
export async function writeFederationFiles(data: string, { hosts, ca, key, cert }: Federation): Promise<void> {
  const lines = ['127.0.0.1 localhost', ...[...hosts].map(([name, address]) => `${address} ${name}`)];
  await writeFile(join(data, HOSTS_FILE), `${lines.join('\n')}\n`);
  await writeFile(join(data, 'ca.pem'), ca);
  await writeFile(join(data, 'server.pem'), cert);
  await writeFile(join(data, 'server.key'), key, { mode: 0o600 });
}

/** The listener for other servers, and the settings that let it talk to them; `folder` as the server sees its data. */
export function federationYaml(
  folder: string,
  serverName: string,
  { address, port }: Federation,
): { readonly listener: Record<string, unknown>; readonly settings: Record<string, unknown> } {
  return {
    listener: {
      port,
      type: 'http',
      tls: true,
      bind_addresses: [address],
      // The well-known file is one of the client's resources.
      resources: [{ names: ['client', 'federation'] }],
    },
    settings: {
      tls_certificate_path: join(folder, 'server.pem'),
      tls_private_key_path: join(folder, 'server.key'),
      federation_custom_ca_list: [join(folder, 'ca.pem')],
      // It says `name:443`.
      serve_server_wellknown: port === 443,
      // Without it there is no well-known file for clients.
      ...(port === 443 ? { public_baseurl: `https://${serverName}/` } : {}),
      // Loopback is refused by default.
      ip_range_blacklist: [],
      allow_public_rooms_over_federation: true,
      // Milliseconds. Else the other server is left alone for ten minutes after one failure.
      federation: { destination_min_retry_interval: 500, destination_max_retry_interval: 1000 },
      rc_federation: {
        window_size: 1000,
        sleep_limit: 100_000,
        sleep_delay: 1,
        reject_limit: 100_000,
        concurrent: 100,
      },
    },
  };
}
