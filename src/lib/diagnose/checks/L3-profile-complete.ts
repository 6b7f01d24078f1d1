import { parseServerName } from '../../matrix/server-name.ts';
import { type Check, passes, skips } from '../check.ts';

export const profileComplete: Check = {
  id: 'L3',
  group: 'machine',
  title: 'The profile has all that it needs',
  severity: 'fail',
  fix: 'printed',
  why: 'A bridge needs the addresses of both servers, the server name, the bot’s account on the workspace and the tokens of the registration; a person needs the address of the bridge and a token of their own.',
  async run({ setup: { profile } }) {
    if (profile === undefined) return skips('there is no profile');
    const { userId, token, username, password, url } = profile.workspace;
    const missing = [
      ...(URL.canParse(url) ? [] : [`the workspace's address is none: ${url}`]),
      ...((userId && token) || (username && password) ? [] : ['it has no account on the workspace']),
      ...(profile.kind === 'admin' ? missingOf(profile) : []),
    ];
    if (missing.length === 0) return passes(`${profile.name ?? 'the environment'} is complete`);
    return {
      status: 'fail',
      detail: `${profile.name ?? 'the environment'}: ${missing.join('; ')}`,
      cure: { text: 'Complete it:', commands: ['rcfed federation provision', 'rcfed profile add --replace'] },
    };
  },
};

function missingOf({
  homeserver,
  registration,
}: {
  readonly homeserver: { readonly url: string; readonly serverName: string };
  readonly registration: { readonly path: string | undefined; readonly asToken: unknown; readonly hsToken: unknown };
}): string[] {
  return [
    ...(URL.canParse(homeserver.url) ? [] : [`the homeserver's address is none: ${homeserver.url}`]),
    ...(parseServerName(homeserver.serverName) === undefined ? [`${homeserver.serverName} is no server name`] : []),
    ...(registration.path !== undefined || (registration.asToken && registration.hsToken)
      ? []
      : ['it has no registration']),
  ];
}
