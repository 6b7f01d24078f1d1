import { systemClock } from '../../src/lib/core/clock.ts';
import type { MatrixUserId, ServerName } from '../../src/lib/core/ids.ts';
import { silentLog } from '../../src/lib/core/log.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import { createMatrixApi } from '../../src/lib/matrix/client.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import { type Caller, type Lab, unique } from './homeserver-lab.ts';

/** Our own client on a lab's homeserver, as the bot. */
export interface LabClients {
  readonly lab: Lab;
  readonly bot: MatrixApi;
  /** Calls by hand as a person of {@link newPerson}, for what our client never asks. */
  callerOf(person: MatrixApi): Caller;
  readonly tokens: Map<string, string>;
}

export async function clientsOf(lab: Lab): Promise<LabClients> {
  const { homeserver, registration } = lab;
  const userId = `@${registration.senderLocalpart}:${homeserver.serverName}` as MatrixUserId;
  const bot = await createMatrixApi({ ...common(lab), userId, asToken: registration.asToken });
  await bot.registerGhost(registration.senderLocalpart);
  await bot.ensureDevice();
  const tokens = new Map<string, string>();
  return {
    lab,
    bot,
    tokens,
    callerOf: (person) => lab.by(person.userId, tokens.get(person.userId) ?? ''),
  };
}

export async function newPerson({ lab, tokens }: LabClients): Promise<MatrixApi> {
  const { userId, accessToken } = await lab.homeserver.registerUser(`person-${unique()}`);
  tokens.set(userId, accessToken);
  return createMatrixApi({ ...common(lab), userId: userId as MatrixUserId, accessToken: new Secret(accessToken) });
}

/** With its device. */
export async function newGhost({ lab, bot }: LabClients): Promise<MatrixApi> {
  const localpart = `rc_${unique()}`;
  await bot.registerGhost(localpart);
  const ghost = bot.as(`@${localpart}:${lab.homeserver.serverName}` as MatrixUserId);
  await ghost.ensureDevice();
  return ghost;
}

const common = (lab: Lab) => ({
  baseUrl: lab.homeserver.url,
  serverName: lab.homeserver.serverName as ServerName,
  clock: systemClock,
  log: silentLog,
});
