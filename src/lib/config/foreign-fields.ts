/** What tells who is who to one server, by the field that names the server; it is nobody else's business. */
const OF_SERVER = {
  'workspace-url': ['workspace-user-id', 'workspace-token', 'workspace-password', 'webhook-token'],
  'server-name': ['homeserver-admin-token'],
} as const;

type ServerField = keyof typeof OF_SERVER;
type Values = Readonly<Record<string, string | undefined>>;

/** Which servers a profile is to be for instead of those that it was for; what is not named stays. */
export const otherServers = (before: Values, now: Values): readonly ServerField[] =>
  (Object.keys(OF_SERVER) as ServerField[]).filter(
    (field) => before[field] !== undefined && now[field] !== undefined && before[field] !== now[field],
  );

/** Names of fields that must not be told those servers. */
export const fieldsForeignTo = (servers: readonly ServerField[]): readonly string[] =>
  servers.flatMap((field) => OF_SERVER[field]);
