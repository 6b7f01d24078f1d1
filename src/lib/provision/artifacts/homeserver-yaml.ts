import { stringify } from 'yaml';
import { type Artifact, openFile, yamlText } from './artifact.ts';
import type { SetupFacts } from './setup-facts.ts';

/**
 * What the homeserver has to be told, as YAML of its own: lines for homeserver.yaml, or a file for
 * Debian's /etc/matrix-synapse/conf.d.
 * https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html
 */
export function homeserverSettings(
  facts: Pick<SetupFacts, 'registration' | 'serverName' | 'publishRooms'>,
  registrationPath: string,
): Record<string, unknown> {
  const bridge = { app_service_config_files: [registrationPath] };
  return facts.publishRooms ? { ...bridge, ...publishedRooms(facts) } : bridge;
}

/** The lines of homeserver.yaml by which federated rooms appear in its public directory. */
export const publishedRoomsYaml = (of: PublishedBy): string => stringify(publishedRooms(of));

type PublishedBy = Pick<SetupFacts, 'registration' | 'serverName'>;

/** Since 1.126 Synapse lets nobody publish a room who is not named in a rule. */
export function publishedRooms({ registration, serverName }: PublishedBy): object {
  const names = [registration.senderLocalpart, `${registration.prefix}*`];
  return {
    allow_public_rooms_over_federation: true,
    allow_public_rooms_without_auth: true,
    room_list_publication_rules: names.map((name) => ({ user_id: `@${name}:${serverName}`, action: 'allow' })),
  };
}

export function homeserverYaml(facts: SetupFacts): Artifact[] {
  const comment = [
    'For homeserver.yaml of Synapse, or as a file of its own in /etc/matrix-synapse/conf.d.',
    'A list of the same name that is there already has to hold these entries too: the last one read wins.',
    'The path is that on the machine of the homeserver, and its user must be able to read the file:',
    '  install -o matrix-synapse -g nogroup -m 600 registration.yaml /etc/matrix-synapse/',
    'Read only when Synapse starts: restart it afterwards.',
  ];
  return [openFile('synapse/rcfed.yaml', yamlText(comment, homeserverSettings(facts, facts.registrationPath)))];
}
