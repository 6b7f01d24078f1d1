import { startProcess, firstLine } from './processes.ts';
import type { Registration } from '../../src/lib/matrix/types.ts';
import { homeservers } from '../support/homeservers.ts';
import type { Account } from './setting.ts';
import type { ChaosHomeserver } from './chaos.ts';

/** The sandbox homeserver as a process of its own. */
export async function sandboxHomeserver(
  registration: Registration,
  users: readonly string[],
): Promise<ChaosHomeserver> {
  const plain = { ...registration, asToken: registration.asToken.reveal(), hsToken: registration.hsToken.reveal() };
  const child = startProcess('homeserver-process.ts', [JSON.stringify({ registration: plain, users })]);
  const { url, users: accounts } = JSON.parse(await firstLine(child)) as {
    url: string;
    users: { userId: string; accessToken: string }[];
  };
  return {
    url,
    users: accounts.map(({ userId, accessToken }) => ({ userId, token: accessToken })),
    stop: async () => void child.kill('SIGKILL'),
  };
}

/** A real Synapse, which can be killed. undefined: there is none. */
export function realHomeserver():
  | ((registration: Registration, users: readonly string[]) => Promise<ChaosHomeserver>)
  | undefined {
  const kind = homeservers.find(({ name }) => name === 'synapse');
  if (kind === undefined) return undefined;
  return async (registration, users) => {
    const synapse = await kind.start({ serverName: registration.serverName, registrations: [registration] });
    const accounts: Account[] = [];
    for (const name of users) {
      const { userId, accessToken } = await synapse.registerUser(name);
      accounts.push({ userId, token: accessToken });
    }
    return { url: synapse.url, users: accounts, kill: () => synapse.restart('kill'), stop: () => synapse.stop() };
  };
}
