import { clientUrl, type SetupFacts } from '../setup-facts.ts';

/** The largest file, in Synapse's spelling; Helm's chart takes the same. */
export const MAX_UPLOAD = '50M';

/** What every new Synapse is told, wherever it runs. Nobody can register. */
export const newSynapse = (facts: SetupFacts): object => ({
  server_name: facts.serverName,
  public_baseurl: clientUrl(facts),
  report_stats: false,
  ...closedToNewcomers,
  max_upload_size: MAX_UPLOAD,
  trusted_key_servers: [{ server_name: 'matrix.org' }],
  suppress_key_server_warning: true,
});

/** Accounts are made by an administrator; both are Synapse's defaults too, but here they can be seen. */
export const closedToNewcomers: object = { enable_registration: false, allow_guest_access: false };

/** One port without TLS, for the proxy alone. */
export const listenersAt = (...addresses: readonly string[]): readonly object[] => [
  {
    port: 8008,
    type: 'http',
    tls: false,
    x_forwarded: true,
    bind_addresses: addresses,
    resources: [{ names: ['client', 'federation'], compress: false }],
  },
];
