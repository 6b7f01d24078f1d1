import { type Artifact, openFile, yamlText } from '../artifact.ts';
import { homeserverSettings } from '../homeserver-yaml.ts';
import type { SetupFacts } from '../setup-facts.ts';
import { listenersAt, newSynapse } from './new-synapse.ts';

/** Folders of the package matrix-synapse-py3. */
const CONFIGURATION = '/etc/matrix-synapse';
const STATE = '/var/lib/matrix-synapse';
/** The system user of the package, and therefore the role that PostgreSQL takes it for. */
const SYNAPSE_USER = 'matrix-synapse';
const DATABASE = 'synapse';

/**
 * A new Synapse of matrix.org's Debian package on the PostgreSQL of the same machine. PostgreSQL knows Synapse by its
 * system user at the socket (`peer`), so no file here holds a password.
 * https://element-hq.github.io/synapse/latest/setup/installation.html#matrixorg-packages
 */
export function debian(facts: SetupFacts): Artifact[] {
  const comment = [
    'A new Synapse of the package matrix-synapse-py3, for /etc/matrix-synapse/conf.d: see README.txt.',
    `The server name ${facts.serverName} is in every id: it can never be changed.`,
    'Instead of rcfed.yaml, not besides it.',
  ];
  return [
    openFile('synapse/debian/rcfed-homeserver.yaml', yamlText(comment, debianConfiguration(facts))),
    openFile('synapse/debian/README.txt', instructions(facts)),
  ];
}

const debianConfiguration = (facts: SetupFacts): object => ({
  ...newSynapse(facts),
  media_store_path: `${STATE}/media`,
  signing_key_path: `${CONFIGURATION}/homeserver.signing.key`,
  macaroon_secret_key_path: `${STATE}/macaroon_secret_key`,
  // Synapse makes this one itself, for register_new_matrix_user.
  registration_shared_secret_path: `${STATE}/registration_shared_secret`,
  database: {
    name: 'psycopg2',
    args: { user: SYNAPSE_USER, dbname: DATABASE, host: '/var/run/postgresql', cp_min: 5, cp_max: 10 },
  },
  listeners: listenersAt('127.0.0.1', '::1'),
  ...homeserverSettings(facts, `${CONFIGURATION}/registration.yaml`),
});

/** Commands for root, from the folder of the files. */
const instructions = ({ serverName, registration }: SetupFacts): string => `\
A new Synapse on PostgreSQL, on Debian or Ubuntu
================================================

Run these as root, in the folder that holds registration.yaml. The server name
${serverName} is in every id and can never be changed.

1. The package, from matrix.org's repository. Debian's own is another one.

   apt-get install -y lsb-release wget apt-transport-https postgresql openssl
   wget -O /usr/share/keyrings/matrix-org-archive-keyring.gpg https://packages.matrix.org/debian/matrix-org-archive-keyring.gpg
   echo "deb [signed-by=/usr/share/keyrings/matrix-org-archive-keyring.gpg] https://packages.matrix.org/debian/ $(lsb_release -cs) main" > /etc/apt/sources.list.d/matrix-org.list
   echo "matrix-synapse-py3 matrix-synapse/server-name string ${serverName}" | debconf-set-selections
   echo "matrix-synapse-py3 matrix-synapse/report-stats boolean false" | debconf-set-selections
   apt-get update && apt-get install -y matrix-synapse-py3
   systemctl stop matrix-synapse

2. The database. Synapse refuses one with another collation. There is no
   password: PostgreSQL knows the system user ${SYNAPSE_USER} at its socket.

   su postgres -c 'createuser ${SYNAPSE_USER}'
   su postgres -c 'createdb --encoding=UTF8 --locale=C --template=template0 --owner=${SYNAPSE_USER} ${DATABASE}'
   su -s /bin/sh ${SYNAPSE_USER} -c 'psql --dbname=${DATABASE} --command="SHOW server_encoding"'

3. The files.

   install -o ${SYNAPSE_USER} -g nogroup -m 600 registration.yaml ${CONFIGURATION}/registration.yaml
   install -m 644 synapse/debian/rcfed-homeserver.yaml ${CONFIGURATION}/conf.d/
   (umask 077; openssl rand -hex 32 > ${STATE}/macaroon_secret_key)
   chown ${SYNAPSE_USER}: ${STATE}/macaroon_secret_key
   systemctl enable --now matrix-synapse

4. A proxy with TLS in front of port 8008: nginx/, caddy/ or traefik/.

5. The first account. Registration is closed: only root makes accounts.

   register_new_matrix_user -c ${CONFIGURATION}/conf.d/rcfed-homeserver.yaml -u NAME -a http://127.0.0.1:8008

Synapse reaches the bridge at ${registration.url ?? 'no address'}.
Back up the database, ${STATE}/media and ${CONFIGURATION}/homeserver.signing.key:
whoever loses the key loses the trust of other servers.
`;
