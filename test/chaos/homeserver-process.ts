// The sandbox homeserver in a process of its own. argv[2]: the registration's fields. Prints {"url", "users"}.
import type { ServerName } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type { Registration } from '../../src/lib/matrix/types.ts';
import { startHomeserver } from '../../src/sandbox/homeserver/server.ts';

const wanted = JSON.parse(process.argv[2] ?? '{}') as {
  registration: Record<Exclude<keyof Registration, 'receiveEphemeral'>, string>;
  users: string[];
};
const { registration: plain } = wanted;
const serverName = plain.serverName as ServerName;
const registration: Registration = {
  ...plain,
  serverName,
  asToken: new Secret(plain.asToken),
  hsToken: new Secret(plain.hsToken),
};
const homeserver = await startHomeserver({ serverName, registrations: [registration], backoffScale: 0.02 });
const users = [];
for (const name of wanted.users) users.push(await homeserver.registerUser(name));
process.stdout.write(`${JSON.stringify({ url: homeserver.url, users })}\n`);
