import { dirname, resolve } from 'node:path';
import type { Reach } from '../admin/reach.ts';
import { RcfedError } from '../core/errors.ts';
import type { ServerName, WorkspaceUserId } from '../core/ids.ts';
import type { Secret } from '../core/secret.ts';
import type { Registration } from '../matrix/types.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceApi, WorkspaceCredentials } from '../rocketchat/types.ts';
import type { Ephemeral } from './ephemeral.ts';
import { type HomeserverFacts, readHomeserver } from './homeserver-facts.ts';
import { isSameProfile, type KnownProfile, refuseOther } from './known-profile.ts';
import { LEGACY_REGISTRATION } from './legacy-changes.ts';
import { isLegacyRegistrationThere } from './legacy-registration.ts';
import { leftovers } from './leftovers.ts';
import { type Mode, refuseUnfit } from './mode.ts';
import { changesFor, type ModeOptions, settingsFor } from './mode-changes.ts';
import { compareRegistrationFile, REGISTRATION_FILE } from './registration-file.ts';
import { changeTitle, stepIdOf, type WantedChange } from './wanted-change.ts';
import { DEFAULT_LISTEN, wantedRegistration } from './wanted-registration.ts';
import { workingBot } from './workspace-bot.ts';
import { readWorkspace, type WorkspaceFacts } from './workspace-facts.ts';

/** What is wanted; what is undefined stays as the profile has it, or becomes what is usual. */
export interface ProvisionRequest extends Partial<ModeOptions> {
  /** Of the profile to make or to change. */
  readonly profile: string;
  /** Default: bridge. */
  readonly mode?: Mode | undefined;
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
  /** Of an account that somebody made for the bridge by hand. */
  readonly botCredentials?: WorkspaceCredentials | undefined;
  /** There is none yet that could be asked. */
  readonly newHomeserver?: boolean | undefined;
  readonly homeserverAdminToken?: Secret | undefined;
  readonly ephemeral?: Ephemeral | undefined;
  /** May replace a profile or a registration file that says something else. */
  readonly replace: boolean;
  /** May let people of the workspace do more than now. */
  readonly loosen?: boolean | undefined;
  /** Changes no setting and no permission. */
  readonly keepSettings?: boolean | undefined;
}

export interface PlanStep {
  /** `workspace-bot`, `profile`, `registration`, `legacy-registration`, `setting:NAME`, `permission:NAME` */
  readonly id: string;
  readonly title: string;
  /** False: it is already so. */
  readonly needed: boolean;
  /** Why it is done, where that is a choice. */
  readonly why?: string;
}

/** What provisioning would do; made without changing anything. */
export interface ProvisionPlan {
  readonly request: ProvisionRequest;
  readonly mode: Mode;
  readonly botUsername: string;
  readonly folder: string;
  /** Only of a bridge. */
  readonly registration: Registration | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly steps: readonly PlanStep[];
  /** What the steps `setting:…` and `permission:…` do. */
  readonly changes: readonly WantedChange[];
  /** What would help and stays undone, because nobody asked for it. */
  readonly left: readonly WantedChange[];
  readonly workspace: WorkspaceFacts;
  /** Only of a bridge, and of a homeserver that is there. */
  readonly homeserver: HomeserverFacts | undefined;
  /** What was found that gets into the way, as sentences. */
  readonly found: readonly string[];
  /** Whether the homeserver accepts the as_token already. */
  readonly homeserverKnows: boolean;
}

/**
 * Compares what is wanted with what is there.
 * @param admin asked for only where the bridge's account does not work yet; undefined: only what is public is read
 * @throws RcfedError RCFED_PROFILE_EXISTS, RCFED_REGISTRATION_*, RCFED_MODE_UNFIT, RCFED_DOMAIN_SET; RemoteError
 *   where a server does not answer as it should
 */
export async function planProvision(
  request: ProvisionRequest,
  known: KnownProfile | undefined,
  reach: Reach,
  admin: () => Promise<{ readonly api: WorkspaceApi } | undefined> = () => Promise.resolve(undefined),
): Promise<ProvisionPlan> {
  refuseOther(request, known);
  const { mode = 'bridge' } = request;
  const bridge = mode === 'bridge' ? await planBridge(request, known, reach) : undefined;
  const folder = folderOf(request, known);
  const bot = await botOf(request, known, reach);
  const api = bot?.api ?? (await admin())?.api;
  const workspace = await readWorkspace(api ?? apiFor(request, reach), api !== undefined, settingsFor(mode));
  refuseUnfit(mode, workspace.version, workspace.modules);
  const all = changesFor(mode, workspace, bridge?.homeserver, request);
  const isLeft = ({ loosens }: WantedChange): boolean =>
    request.keepSettings === true || (loosens && request.loosen !== true);
  const content = contentOf(request, known, bot, bridge);
  const botUsername = content.values['workspace-username'] ?? '';
  const prefix = bridge?.registration.prefix ?? '';
  return withSteps(
    {
      request,
      mode,
      botUsername,
      folder,
      registration: bridge?.registration,
      ...content,
      workspace,
      homeserver: bridge?.homeserver,
      found: leftovers(mode, workspace, bridge?.homeserver, prefix),
      homeserverKnows: bridge?.homeserver?.knows ?? false,
      changes: all.filter((change) => !isLeft(change)),
      left: all.filter(isLeft),
    },
    {
      bot: bot === undefined,
      profile: bot === undefined || !isSameProfile(known, content),
      registration: bridge?.file !== 'same',
      legacy:
        mode === 'legacy' && !(await isLegacyRegistrationThere(folder, workspace.settings.get(LEGACY_REGISTRATION))),
    },
  );
}

const DEFAULT_BOT = 'rcfed';

/** The plan with other changes of settings: those that the person at the terminal agreed to. */
export function withChanges(plan: ProvisionPlan, agreed: readonly WantedChange[]): ProvisionPlan {
  const all = [...plan.changes, ...plan.left];
  const needed = (id: string): boolean => plan.steps.some((step) => step.id === id && step.needed);
  return withSteps(
    {
      ...plan,
      changes: all.filter((each) => agreed.includes(each)),
      left: all.filter((each) => !agreed.includes(each)),
    },
    {
      bot: needed('workspace-bot'),
      profile: needed('profile'),
      registration: needed('registration'),
      legacy: needed('legacy-registration'),
    },
  );
}

interface Needed {
  readonly bot: boolean;
  readonly profile: boolean;
  readonly registration: boolean;
  readonly legacy: boolean;
}

function withSteps(plan: Omit<ProvisionPlan, 'steps'>, needed: Needed): ProvisionPlan {
  const { request, mode, changes, registration, values } = plan;
  const account = `Account ${plan.botUsername} on ${request.workspaceUrl}, with the roles admin and bot and a token`;
  const steps: readonly PlanStep[] = [
    { id: 'workspace-bot', title: account, needed: needed.bot },
    { id: 'profile', title: `Profile ${request.profile}, with the tokens encrypted`, needed: needed.profile },
    ...changes.map((change) => ({
      id: stepIdOf(change),
      title: changeTitle(change),
      needed: true,
      why: change.why,
    })),
    ...(registration === undefined
      ? []
      : [
          {
            id: 'registration',
            title: `Registration ${values['registration'] ?? ''} for ${request.serverName}, prefix ${JSON.stringify(registration.prefix)}`,
            needed: needed.registration,
          },
        ]),
    ...(mode === 'legacy'
      ? [
          {
            id: 'legacy-registration',
            title: `Registration that Rocket.Chat makes, in ${plan.folder}`,
            needed: needed.legacy || changes.length > 0,
          },
        ]
      : []),
  ];
  return { ...plan, steps };
}

interface BridgePart {
  readonly registration: Registration;
  readonly folder: string;
  readonly file: Awaited<ReturnType<typeof compareRegistrationFile>>;
  readonly listen: string;
  readonly homeserver: HomeserverFacts | undefined;
}

async function planBridge(
  request: ProvisionRequest,
  known: KnownProfile | undefined,
  reach: Reach,
): Promise<BridgePart> {
  const prefix = request.prefix ?? known?.values['prefix'] ?? 'rc_';
  const listen = request.listen ?? known?.values['listen'] ?? DEFAULT_LISTEN;
  const folder = folderOf(request, known);
  const registration = await wantedRegistration(request, known, { prefix, listen }, reach);
  const file = await compareRegistrationFile(folder, registration);
  if (file === 'differs' && !request.replace) {
    throw new RcfedError(
      'RCFED_REGISTRATION_DIFFERS',
      `${resolve(folder, REGISTRATION_FILE)} is another registration`,
      {
        try: [
          'Write into another folder: rcfed federation provision --out FOLDER',
          'Replace it: rcfed federation provision --replace',
        ],
      },
    );
  }
  const adminToken = request.homeserverAdminToken ?? known?.secrets['homeserver-admin-token'];
  const homeserver = request.newHomeserver ? undefined : await readHomeserver(request, registration, reach, adminToken);
  return { registration, folder, file, listen, homeserver };
}

function folderOf(request: ProvisionRequest, known: KnownProfile | undefined): string {
  const oldPath = known?.values['registration'];
  return resolve(request.folder ?? (oldPath === undefined ? '.' : dirname(oldPath)));
}

/** What the profile is to hold. */
function contentOf(
  request: ProvisionRequest,
  known: KnownProfile | undefined,
  bot: WorkingBot | undefined,
  bridge: BridgePart | undefined,
): KnownProfile {
  const token = request.homeserverAdminToken;
  return {
    values: {
      ...known?.values,
      'workspace-url': request.workspaceUrl,
      'homeserver-url': request.homeserverUrl,
      'server-name': request.serverName,
      'workspace-username': bot?.username ?? request.botUsername ?? known?.values['workspace-username'] ?? DEFAULT_BOT,
      ...(bot === undefined ? {} : { 'workspace-user-id': bot.credentials.userId }),
      ...(bridge === undefined
        ? {}
        : {
            prefix: bridge.registration.prefix,
            registration: resolve(bridge.folder, REGISTRATION_FILE),
            ...(bridge.listen === DEFAULT_LISTEN ? {} : { listen: bridge.listen }),
          }),
      ...(request.ephemeral === undefined ? {} : { presence: String(request.ephemeral === 'all') }),
    },
    secrets: {
      ...known?.secrets,
      ...(bot === undefined ? {} : { 'workspace-token': bot.credentials.token }),
      ...(bridge === undefined
        ? {}
        : { 'as-token': bridge.registration.asToken, 'hs-token': bridge.registration.hsToken }),
      ...(token === undefined ? {} : { 'homeserver-admin-token': token }),
    },
  };
}

const apiFor = (
  { workspaceUrl }: Pick<ProvisionRequest, 'workspaceUrl'>,
  { clock, log, network, timeoutMs }: Reach,
  credentials?: WorkspaceCredentials,
): WorkspaceApi =>
  createWorkspaceApi({
    url: workspaceUrl,
    ...(credentials === undefined ? {} : { credentials }),
    clock,
    log,
    fetch: network.fetch,
    deadlineMs: timeoutMs,
  });

interface WorkingBot {
  readonly api: WorkspaceApi;
  readonly username: string;
  readonly credentials: WorkspaceCredentials;
}

/**
 * The bridge's account, if its token works; that of the request goes before that of the profile.
 * @throws RcfedError RCFED_NOT_ALLOWED for one of the request that does not
 */
async function botOf(
  request: ProvisionRequest,
  known: KnownProfile | undefined,
  reach: Reach,
): Promise<WorkingBot | undefined> {
  const credentials = request.botCredentials ?? keptCredentials(request, known);
  if (credentials === undefined) return undefined;
  const api = apiFor(request, reach, credentials);
  const me = await workingBot(api);
  if (me !== undefined) return { api, username: me.username, credentials };
  if (request.botCredentials === undefined) return undefined;
  throw new RcfedError('RCFED_NOT_ALLOWED', "The token given for the bridge's account does not work", {
    why: 'It is wrong, or the account has not both roles: admin and bot.',
    try: ['rcfed federation provision --workspace-user-id ID --workspace-token-file FILE'],
  });
}

function keptCredentials(
  { workspaceUrl, botUsername }: ProvisionRequest,
  known: KnownProfile | undefined,
): WorkspaceCredentials | undefined {
  const userId = known?.values['workspace-user-id'];
  const token = known?.secrets['workspace-token'];
  const username = known?.values['workspace-username'];
  const isSame =
    known?.values['workspace-url'] === workspaceUrl && (botUsername === undefined || botUsername === username);
  if (!isSame || userId === undefined || token === undefined) return undefined;
  return { userId: userId as WorkspaceUserId, token };
}
