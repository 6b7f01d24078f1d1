import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderRegistration } from '../../lib/matrix/registration.ts';
import type { Registration } from '../../lib/matrix/types.ts';
import { type Federation, federationYaml, writeFederationFiles } from './federation.ts';

export interface SynapseSettings {
  readonly serverName: string;
  readonly port: number;
  readonly sharedSecret: string;
  /** The data folder as this process sees it, and as the server does. */
  readonly data: string;
  readonly folder: string;
  /** Unset: no other server knows of this one. */
  readonly federation: Federation | undefined;
  readonly presence: boolean;
  readonly maxUploadBytes: number | undefined;
}

const often = { per_second: 100_000, burst_count: 100_000 };

/** Writes everything a Synapse needs into its data folder. JSON is YAML. */
export async function writeSynapseConfig(
  settings: SynapseSettings,
  registrations: Iterable<Registration>,
): Promise<void> {
  const { data, folder } = settings;
  const registrationFolder = join(data, 'registrations');
  await rm(registrationFolder, { recursive: true, force: true });
  await mkdir(registrationFolder, { recursive: true });
  const files: string[] = [];
  for (const registration of registrations) {
    const name = `${files.length}.yaml`;
    await writeFile(join(registrationFolder, name), await renderRegistration(registration), { mode: 0o600 });
    files.push(join(folder, 'registrations', name));
  }
  await writeFile(join(data, 'homeserver.yaml'), JSON.stringify(homeserverYaml(settings, files), undefined, 2));
  await writeFile(join(data, 'log.yaml'), JSON.stringify(logging(folder)));
  if (settings.federation !== undefined) await writeFederationFiles(data, settings.federation);
  // The key stays the same over restarts; `wx` keeps the first.
  const key = `ed25519 a_test ${randomBytes(32).toString('base64').replaceAll('=', '')}\n`;
  await writeFile(join(data, 'signing.key'), key, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

function homeserverYaml(
  { serverName, port, sharedSecret, folder, federation, presence, maxUploadBytes }: SynapseSettings,
  registrationFiles: readonly string[],
): Record<string, unknown> {
  const beyond = federation === undefined ? undefined : federationYaml(folder, serverName, federation);
  return {
    server_name: serverName,
    pid_file: join(folder, 'homeserver.pid'),
    listeners: [
      {
        port,
        type: 'http',
        tls: false,
        bind_addresses: ['127.0.0.1'],
        resources: [{ names: ['client', 'federation'] }],
      },
      ...(beyond === undefined ? [] : [beyond.listener]),
    ],
    ...beyond?.settings,
    database: { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } },
    log_config: join(folder, 'log.yaml'),
    media_store_path: join(folder, 'media'),
    signing_key_path: join(folder, 'signing.key'),
    registration_shared_secret: sharedSecret,
    macaroon_secret_key: sharedSecret,
    form_secret: sharedSecret,
    bcrypt_rounds: 4,
    report_stats: false,
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    enable_registration: true,
    enable_registration_without_verification: true,
    use_appservice_legacy_authorization: false,
    app_service_config_files: registrationFiles,
    presence: { enabled: presence },
    ...(maxUploadBytes === undefined ? {} : { max_upload_size: maxUploadBytes }),
    room_list_publication_rules: [{ action: 'allow' }],
    allow_public_rooms_without_auth: true,
    rc_message: often,
    rc_presence: { per_user: often },
    rc_registration: often,
    rc_registration_token_validity: often,
    rc_login: { address: often, account: often, failed_attempts: often },
    rc_admin_redaction: often,
    rc_joins: { local: often, remote: often },
    rc_joins_per_room: often,
    rc_invites: { per_room: often, per_user: often, per_issuer: often },
    rc_room_creation: often,
    rc_media_create: often,
    rc_reports: often,
    rc_user_directory: often,
  };
}

const logging = (folder: string): Record<string, unknown> => ({
  version: 1,
  formatters: { plain: { format: '%(asctime)s %(name)s %(levelname)s %(message)s' } },
  handlers: { file: { class: 'logging.FileHandler', formatter: 'plain', filename: join(folder, 'homeserver.log') } },
  root: { level: 'WARNING', handlers: ['file'] },
  disable_existing_loggers: false,
});
