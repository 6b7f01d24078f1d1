import type { ServerName } from '../core/ids.ts';

/** Homeservers that the bridge is tested with. */
const TESTED = 'Synapse 1.141 and newer';

/** What to know before there is a homeserver, as paragraphs. */
export function newHomeserver(serverName: ServerName): readonly string[] {
  return [
    `${serverName} is for ever: it stands in every id of a person, a room and a message, and no homeserver can change it. Take the domain of your organisation (example.org), not the name of a machine (matrix.example.org): .well-known and a proxy bring both together.`,
    `Tested: ${TESTED}, on PostgreSQL. Take that one: SQLite is for trying out. Other homeservers are not tested: the bridge relies on a device of its own for each ghost, and on pings.`,
    'Leave registration closed (enable_registration: false): people of the workspace need no account, and an open homeserver is found by spammers within days. The files that are written have it so.',
    [
      'An access token of an administrator, for deleting what was bridged and for reading limits:',
      `  Without the Matrix Authentication Service: register_new_matrix_user -c homeserver.yaml --admin -u admin, then`,
      `    curl -s -d '{"type":"m.login.password","identifier":{"type":"m.id.user","user":"admin"},"password":"…"}' http://127.0.0.1:8008/_matrix/client/v3/login`,
      '  With it: mas-cli manage register-user --admin admin, then',
      '    mas-cli manage issue-compatibility-token --yes-i-want-to-grant-synapse-admin-privileges admin',
      '  Give it to rcfed with --homeserver-admin-token-file FILE.',
    ].join('\n'),
    'Files for one are written: compose/ (Docker), synapse/debian/README.txt (Debian and Ubuntu), synapse/helm/values.yaml (Kubernetes). Take one of the three; --files NAME writes only that: compose, debian, helm.',
  ];
}
