/** Exit codes: 1 refused, 2 usage, 3 configuration, 4 not allowed, 5 network, 8 pending, 9 partly, 70 our bug. */
export interface CatalogueEntry {
  readonly exit: 1 | 2 | 3 | 4 | 5 | 8 | 9 | 70 | 130 | 143;
  readonly retryable: boolean;
  /** One to three complete commands or lines of configuration. */
  readonly try: readonly string[];
}

const entry = (exit: CatalogueEntry['exit'], retryable: boolean, ...cures: string[]): CatalogueEntry =>
  Object.freeze({ exit, retryable, try: Object.freeze(cures) });

/** Every code that rcfed reports, in alphabetical order. A code, once released, keeps its meaning. */
export const errorCatalogue = Object.freeze({
  RCFED_ADMIN_ADDRESS: entry(
    3,
    false,
    'Name a shorter socket: RCFED_ADMIN=/run/rcfed/admin.sock',
    'Or a port of this machine: RCFED_ADMIN=127.0.0.1:29401',
  ),
  RCFED_ADMIN_FOREIGN: entry(
    5,
    false,
    'Check the address of the admin API: rcfed profile show',
    'Look who listens there: ss -ltnp',
  ),
  RCFED_ADMIN_IN_USE: entry(
    3,
    false,
    'Give this bridge another one: rcfed federation run --admin /run/rcfed/other.sock',
  ),
  RCFED_ANSWER_MISSING: entry(
    2,
    false,
    'Pass the missing flags, or run the command in a terminal and answer its questions.',
  ),
  RCFED_ASIDE_UNKNOWN: entry(1, false, 'rcfed federation quarantine list'),
  RCFED_BACKUP_EXISTS: entry(1, false, 'Choose another file: rcfed store backup --output FILE'),
  RCFED_BACKUP_FAILED: entry(1, true, 'Check that the folder of the backup exists and has room: df -h'),
  RCFED_BOT_NOT_MODERATOR: entry(
    4,
    false,
    'As an owner of the group, make the bot a moderator: its profile in the member list, Set as moderator',
  ),
  RCFED_BRIDGE_OUTDATED: entry(1, false, 'Update the bridge to the version of this command: rcfed --version'),
  RCFED_BRIDGE_UNREACHABLE: entry(
    5,
    true,
    'Check that the bridge runs, and its address: rcfed profile show',
    'rcfed federation run',
  ),
  RCFED_BUG: entry(70, false, 'Run the command again with RCFED_DEBUG=1 and report what it prints.'),
  RCFED_COMMAND_UNKNOWN: entry(2, false, 'rcfed --help'),
  RCFED_CONFIG_BROKEN: entry(3, false, 'rcfed profile add'),
  RCFED_CONFIG_LOCKED: entry(3, true, 'Wait for the other rcfed command to end, then run this one again.'),
  RCFED_CONFIG_UNREADABLE: entry(3, false, 'Give your user read access to the file: ls -l FILE'),
  RCFED_CONFIG_UNWRITABLE: entry(
    3,
    false,
    'Give your user write access to the folder, or name another one: RCFED_CONFIG_DIR=DIR rcfed …',
  ),
  RCFED_DECLINED: entry(1, false, 'Answer yes, or pass --yes.'),
  RCFED_FILE_UNREADABLE: entry(2, false, 'Check the path and the permissions of the file.'),
  RCFED_HOMESERVER_TOO_OLD: entry(3, false, 'Update the homeserver; tested: Synapse 1.141 and newer.'),
  RCFED_INTERRUPTED: entry(130, true, 'Run the command again; it goes on where it stopped.'),
  RCFED_KEY_INVALID: entry(3, false, 'Make a key of 32 bytes: openssl rand -base64 32'),
  RCFED_KEY_MISMATCH: entry(
    3,
    false,
    'Restore the key file the secrets were encrypted with, or point RCFED_KEY_FILE at it.',
  ),
  RCFED_LISTEN_FAILED: entry(3, false, 'Listen on loopback: rcfed federation run --listen 127.0.0.1:29400'),
  RCFED_MATRIX_ID_INVALID: entry(2, false, 'Write a Matrix id in full: @alice:example.org, #general:example.org'),
  RCFED_NAMESPACE_OVERLAP: entry(3, false, 'Choose another prefix: rcfed federation provision --prefix rocket_'),
  RCFED_NAME_TAKEN: entry(1, false, 'Choose another name: rcfed federation provision --bot-username matrix-bridge'),
  RCFED_NETWORK: entry(5, true, 'Check the URL with: rcfed profile show', 'Try again in a minute.'),
  RCFED_NOT_ALLOWED: entry(4, false, 'Renew the token: rcfed profile add --replace'),
  RCFED_NOT_JSON: entry(5, true, 'Check the URL with: rcfed profile show'),
  RCFED_NOT_READY: entry(
    8,
    true,
    'See what it waits for: rcfed federation status',
    'Wait longer: rcfed federation status --wait-ready 5m',
  ),
  RCFED_PARTLY_DONE: entry(9, true, 'Run the command again; what is done stays done.'),
  RCFED_PG_DUMP_MISSING: entry(3, false, 'apt-get install postgresql-client'),
  RCFED_PORT_IN_USE: entry(3, false, 'Choose another port: rcfed federation run --listen 127.0.0.1:29401'),
  RCFED_PROFILE_EXISTS: entry(
    2,
    false,
    'Replace it: rcfed profile add --replace',
    'Choose another name: rcfed profile add OTHER_NAME',
  ),
  RCFED_PROFILE_INCOMPLETE: entry(3, false, 'rcfed profile add --replace'),
  RCFED_PROFILE_MISSING: entry(3, false, 'rcfed profile add', 'rcfed profile list'),
  RCFED_PROXY_INVALID: entry(
    3,
    false,
    'export HTTPS_PROXY=http://proxy.example.org:3128',
    'unset HTTPS_PROXY HTTP_PROXY',
  ),
  RCFED_REFUSED: entry(1, false, 'Do what the answer says, then run the command again.'),
  RCFED_REGISTRATION_BROKEN: entry(3, false, 'Write the file anew: rcfed federation registration write'),
  RCFED_REGISTRATION_DIFFERS: entry(
    1,
    false,
    'Compare: rcfed federation registration show',
    'Replace the file: rcfed federation registration write --replace',
  ),
  RCFED_REGISTRATION_MISSING: entry(
    3,
    false,
    'rcfed federation provision',
    'Name the file: RCFED_REGISTRATION=registration.yaml',
  ),
  RCFED_ROOM_BRIDGED: entry(1, false, 'Unlink the room in the other bridge first: rcfed rooms unlink ROOM'),
  RCFED_ROOM_LINKED: entry(1, false, 'rcfed rooms list', 'Unlink it first: rcfed rooms unlink ROOM'),
  RCFED_ROOM_NOT_FEDERABLE: entry(1, false, 'Choose a channel or a private group: rcfed rooms list'),
  RCFED_ROOM_UNKNOWN: entry(
    1,
    false,
    'Check the name; a private group is seen only with the bot in it: in the group, type /invite @BOT',
    'rcfed rooms list',
  ),
  RCFED_SANDBOX_BRIDGE: entry(
    1,
    true,
    'See what the bridge says: rcfed sandbox up --verbose',
    'Start the servers alone: rcfed sandbox up --no-bridge',
  ),
  RCFED_SANDBOX_DIFFERS: entry(70, false, 'Run it again and report what it prints: rcfed sandbox demo --verbose'),
  RCFED_SANDBOX_FEATURES: entry(
    1,
    true,
    'Run it again and report what it prints: rcfed sandbox demo --features --verbose',
  ),
  RCFED_SANDBOX_PORT: entry(
    3,
    false,
    'Let it take any free port: rcfed sandbox up',
    'Name others: rcfed sandbox up --workspace-port 3000 --homeserver-port 8008',
  ),
  RCFED_SECRET_UNREADABLE: entry(
    3,
    false,
    'Use the key file that the secret was written with.',
    'Write the secret again with: rcfed profile add',
  ),
  RCFED_STORE_CONFLICT: entry(70, false, 'Look the store over with: rcfed store check'),
  RCFED_STORE_CORRUPT: entry(
    3,
    false,
    'Stop the bridge and put the last backup in its place: cp BACKUP STORE',
    'Check that the path is that of an rcfed store: rcfed profile show',
  ),
  RCFED_STORE_DAMAGED: entry(
    1,
    false,
    'Stop the bridge and put the last backup in its place: cp BACKUP STORE',
    'Save what there is: rcfed store backup --output FILE',
  ),
  RCFED_STORE_FULL: entry(3, true, 'Free space on the disk of the store: df -h'),
  RCFED_STORE_LOCKED: entry(
    4,
    true,
    'Stop the other bridge, then start this one again.',
    'Ask the running bridge: rcfed federation status',
  ),
  RCFED_STORE_MISSING: entry(3, false, 'Check the path with: rcfed profile show', 'rcfed federation provision'),
  RCFED_STORE_NEWER: entry(
    3,
    false,
    'npm install --global rcfed@latest',
    'Stop the bridge and put the copy made before the migration in its place: cp COPY STORE',
  ),
  RCFED_STORE_OUTDATED: entry(3, false, 'Start the bridge once, it migrates its store: rcfed federation run'),
  RCFED_STORE_UNAVAILABLE: entry(
    5,
    true,
    'Check host, port and password of the store with: rcfed profile show',
    'Try again in a minute.',
  ),
  RCFED_STORE_UNREADABLE: entry(3, false, 'Run rcfed as the user that owns the file: ls -l FILE'),
  RCFED_STORE_WRONG_KEY: entry(
    3,
    false,
    'Use the key file that the store was made with.',
    'Bring the key back from its backup: a store cannot be read without it.',
  ),
  RCFED_SYNAPSE_FAILED: entry(
    1,
    true,
    'Use the homeserver of the sandbox: rcfed sandbox demo',
    'Use an installed Synapse: rcfed sandbox demo --synapse --synapse-python /path/to/python3',
  ),
  RCFED_SYNAPSE_MISSING: entry(
    3,
    false,
    'Install Synapse: python3 -m pip install matrix-synapse',
    'Or use an installed one: rcfed sandbox demo --synapse --synapse-python /path/to/python3',
    'Or do without: rcfed sandbox demo',
  ),
  RCFED_TERMINATED: entry(143, true, 'Run the command again; it goes on where it stopped.'),
  RCFED_TIMEOUT: entry(5, true, 'Try again in a minute, or wait longer: --timeout 2m'),
  RCFED_TRACE_UNKNOWN: entry(
    1,
    false,
    'Copy the link of the message, or its event id, and try again.',
    'rcfed rooms list',
  ),
  RCFED_TWO_FACTOR: entry(
    4,
    false,
    'Give the code of the app or the mail: rcfed federation provision --two-factor-code-stdin',
    'Or make a personal access token that ignores two factors, and pass it: --workspace-admin-id ID --workspace-admin-token-file FILE',
  ),
  RCFED_USAGE: entry(2, false, 'rcfed --help'),
  RCFED_WORKSPACE_VERSION: entry(1, false, 'Check what answers at the URL: rcfed profile show'),
} satisfies Record<string, CatalogueEntry>);

export type ErrorCode = keyof typeof errorCatalogue;
