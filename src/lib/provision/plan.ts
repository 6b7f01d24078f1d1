import { dirname, resolve } from 'node:path';
import type { Reach } from '../admin/reach.ts';
import {
  findProfile,
  listProfiles,
  type ProfileSource,
  revealSecrets,
  type StoredProfile,
} from '../config/profiles.ts';
import { RcfedError } from '../core/errors.ts';
import type { ServerName, WorkspaceUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import type { Secret } from '../core/secret.ts';
import { createMatrixApi } from '../matrix/client.ts';
import { makeRegistration } from '../matrix/registration.ts';
import type { Registration } from '../matrix/types.ts';
import type { MatrixUserId } from '../core/ids.ts';
import { registrationOf } from './profile-registration.ts';
import { compareRegistrationFile, REGISTRATION_FILE } from './registration-file.ts';
import { type Ephemeral, withEphemeral } from './ephemeral.ts';
import { botWorks } from './workspace-bot.ts';

const DEFAULT_LISTEN = '127.0.0.1:29400';

/** What is wanted; what is undefined stays as the profile has it, or becomes what is usual. */
export interface ProvisionRequest {
  /** Of the profile to make or to change. */
  readonly profile: string;
  readonly workspaceUrl: string;
  readonly homeserverUrl: string;
  readonly serverName: ServerName;
  readonly prefix?: string | undefined;
  readonly listen?: string | undefined;
  /** Where the homeserver reaches the bridge. */
  readonly bridgeUrl?: string | undefined;
  /** For registration.yaml. */
  readonly folder?: string | undefined;
  readonly botUsername?: string | undefined;
  readonly ephemeral?: Ephemeral | undefined;
  /** May replace a profile or a registration file that says something else. */
  readonly replace: boolean;
}

export interface PlanStep {
  readonly id: 'workspace-bot' | 'profile' | 'registration';
  readonly title: string;
  /** False: it is already so. */
  readonly needed: boolean;
}

/** What provisioning would do; made without changing anything. */
export interface ProvisionPlan {
  readonly request: ProvisionRequest;
  readonly botUsername: string;
  readonly folder: string;
  readonly registration: Registration;
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly steps: readonly PlanStep[];
  /** Whether the homeserver accepts the as_token already. */
  readonly homeserverKnows: boolean;
}

/** What the profile of a name holds now. */
export interface KnownProfile {
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
}

/** The profile to be provisioned; undefined where there is none yet. */
export async function knownProfile(source: ProfileSource, name: string): Promise<KnownProfile | undefined> {
  const { profiles } = await listProfiles(source);
  if (!profiles.some((profile) => profile.name === name)) return undefined;
  const stored = (await findProfile(source, name)) as StoredProfile;
  return { values: stored.values, secrets: await revealSecrets(source, stored) };
}

/**
 * Compares what is wanted with what is there.
 * @throws RcfedError RCFED_PROFILE_EXISTS, RCFED_REGISTRATION_*; RemoteError where a server does not answer as it should
 */
export async function planProvision(
  request: ProvisionRequest,
  known: KnownProfile | undefined,
  reach: Reach,
): Promise<ProvisionPlan> {
  refuseOther(request, known);
  const prefix = request.prefix ?? known?.values['prefix'] ?? 'rc_';
  const listen = request.listen ?? known?.values['listen'] ?? DEFAULT_LISTEN;
  const oldPath = known?.values['registration'];
  const folder = resolve(request.folder ?? (oldPath === undefined ? '.' : dirname(oldPath)));
  const registration = await wantedRegistration(request, known, { prefix, listen }, reach);
  const botUsername = request.botUsername ?? known?.values['workspace-username'] ?? 'rcfed';
  const values = {
    ...known?.values,
    'workspace-url': request.workspaceUrl,
    'homeserver-url': request.homeserverUrl,
    'server-name': request.serverName,
    'workspace-username': botUsername,
    prefix,
    registration: resolve(folder, REGISTRATION_FILE),
    ...(listen === DEFAULT_LISTEN ? {} : { listen }),
    ...(request.ephemeral === undefined ? {} : { presence: String(request.ephemeral === 'all') }),
  };
  const secrets = { ...known?.secrets, 'as-token': registration.asToken, 'hs-token': registration.hsToken };
  const bot = !(await botIsThere(request, botUsername, known, reach));
  const file = await compareRegistrationFile(folder, registration);
  if (file === 'differs' && !request.replace) {
    throw new RcfedError('RCFED_REGISTRATION_DIFFERS', `${values.registration} is another registration`, {
      try: [
        'Write into another folder: rcfed federation provision --out FOLDER',
        'Replace it: rcfed federation provision --replace',
      ],
    });
  }
  return {
    request,
    botUsername,
    folder,
    registration,
    values,
    secrets,
    steps: [
      {
        id: 'workspace-bot',
        title: `Account ${botUsername} on ${request.workspaceUrl}, with the roles admin and bot and a token`,
        needed: bot,
      },
      {
        id: 'profile',
        title: `Profile ${request.profile}, with the tokens encrypted`,
        needed: bot || !isSame(known, { values, secrets }),
      },
      {
        id: 'registration',
        title: `Registration ${values.registration} for ${request.serverName}, prefix ${JSON.stringify(prefix)}`,
        needed: file !== 'same',
      },
    ],
    homeserverKnows: await homeserverKnows(request, registration, reach),
  };
}

/** Tokens of one workspace must not end up in the profile of another. */
function refuseOther(
  { profile, workspaceUrl, serverName, replace }: ProvisionRequest,
  known: KnownProfile | undefined,
): void {
  if (known === undefined || replace) return;
  const other = [
    ['workspace-url', workspaceUrl],
    ['server-name', serverName],
  ].find(([field = '', value]) => known.values[field] !== undefined && known.values[field] !== value);
  if (other === undefined) return;
  throw new RcfedError(
    'RCFED_PROFILE_EXISTS',
    `Profile ${profile} is for another ${other[0] === 'workspace-url' ? 'workspace' : 'homeserver'}`,
    {
      try: [`rcfed profile show ${profile}`, 'Make another profile: rcfed federation provision --profile NAME'],
    },
  );
}

/** An address that the homeserver reaches by another name stays; one that was where the bridge listened moves with it. */
function movedUrl(url: string | null | undefined, from: string, to: string): string | null {
  return url === undefined || url === `http://${from}` ? `http://${to}` : url;
}

async function wantedRegistration(
  { bridgeUrl, serverName, workspaceUrl, ephemeral }: ProvisionRequest,
  known: KnownProfile | undefined,
  { prefix, listen }: { readonly prefix: string; readonly listen: string },
  { redactor }: Reach,
): Promise<Registration> {
  const sameServers = known?.values['server-name'] === serverName && known.values['workspace-url'] === workspaceUrl;
  const old = sameServers
    ? await registrationOf(
        {
          registration: {
            path: known.values['registration'],
            asToken: known.secrets['as-token'],
            hsToken: known.secrets['hs-token'],
          },
          homeserver: { url: '', serverName, adminToken: undefined },
          prefix,
          listen,
        },
        redactor,
      )
    : undefined;
  const url = bridgeUrl ?? movedUrl(old?.url, known?.values['listen'] ?? DEFAULT_LISTEN, listen);
  const made = makeRegistration({ url, prefix, serverName });
  if (old === undefined) {
    redactor.know(made.asToken);
    redactor.know(made.hsToken);
  }
  return withEphemeral(old === undefined ? made : { ...old, url, prefix, serverName }, ephemeral);
}

async function botIsThere(
  { workspaceUrl }: ProvisionRequest,
  username: string,
  known: KnownProfile | undefined,
  reach: Reach,
): Promise<boolean> {
  const userId = known?.values['workspace-user-id'];
  const token = known?.secrets['workspace-token'];
  const same =
    known?.values['workspace-url'] === workspaceUrl && (known.values['workspace-username'] ?? username) === username;
  if (!same || userId === undefined || token === undefined) return false;
  return await botWorks(workspaceUrl, { userId: userId as WorkspaceUserId, token }, reach);
}

const isSame = (known: KnownProfile | undefined, wanted: KnownProfile): boolean =>
  known !== undefined && asText(known) === asText(wanted);

const asText = ({ values, secrets }: KnownProfile): string =>
  JSON.stringify([
    Object.entries(values).toSorted(([one], [other]) => one.localeCompare(other)),
    Object.entries(secrets)
      .map(([name, secret]) => [name, secret.reveal()])
      .toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
  ]);

/** A homeserver that does not know the token yet answers 401: then it is one, and it is there. */
async function homeserverKnows(
  request: ProvisionRequest,
  registration: Registration,
  { clock, log, network, timeoutMs }: Reach,
): Promise<boolean> {
  const api = await createMatrixApi({
    baseUrl: request.homeserverUrl,
    asToken: registration.asToken,
    userId: `@${registration.senderLocalpart}:${request.serverName}` as MatrixUserId,
    serverName: request.serverName,
    clock,
    log,
    fetch: network.fetch,
    deadlineMs: timeoutMs,
  });
  try {
    await api.whoami();
    return true;
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused' && (error.status === 401 || error.status === 403))
      return false;
    throw error;
  }
}
