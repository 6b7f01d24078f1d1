import type { Reach } from '../admin/reach.ts';
import type { ServerName } from '../core/ids.ts';
import type { Secret } from '../core/secret.ts';
import type { Registration } from '../matrix/types.ts';
import type { WorkspaceApi, WorkspaceCredentials } from '../rocketchat/types.ts';
import { isWebhookThere, type WantedWebhook, webhookStep } from './direct-webhook.ts';
import type { Ephemeral } from './ephemeral.ts';
import type { HomeserverFacts } from './homeserver-facts.ts';
import { apiFor, botOf } from './known-bot.ts';
import { isSameProfile, type KnownProfile, ofSameServers } from './known-profile.ts';
import { LEGACY_REGISTRATION } from './legacy-changes.ts';
import { isLegacyRegistrationThere } from './legacy-registration.ts';
import { leftovers } from './leftovers.ts';
import { type Mode, refuseUnfit } from './mode.ts';
import { changesFor, type ModeOptions, settingsFor } from './mode-changes.ts';
import { folderOf, planBridge } from './plan-bridge.ts';
import { contentOf } from './profile-content.ts';
import { changeTitle, stepIdOf, type WantedChange } from './wanted-change.ts';
import { existingBot } from './workspace-bot.ts';
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
  /** Where the workspace reaches the bridge, to tell it of direct messages by an outgoing webhook. */
  readonly directWebhook?: string | undefined;
  /** For registration.yaml. */
  readonly folder?: string | undefined;
  readonly botUsername?: string | undefined;
  /** Of an account that somebody made for the bridge by hand. */
  readonly botCredentials?: WorkspaceCredentials | undefined;
  /** There is none yet that could be asked. */
  readonly newHomeserver?: boolean | undefined;
  readonly homeserverAdminToken?: Secret | undefined;
  readonly ephemeral?: Ephemeral | undefined;
  readonly caFile?: string | undefined;
  /** May replace a profile or a registration file that says something else. */
  readonly replace: boolean;
  /** May let people of the workspace do more than now. */
  readonly loosen?: boolean | undefined;
  /** Changes no setting and no permission. */
  readonly keepSettings?: boolean | undefined;
}

export interface PlanStep {
  /** `workspace-bot`, `profile`, `registration`, `legacy-registration`, `setting:NAME`, `permission:NAME`, `webhook` */
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
  /** The account is there: whoever works with its password or a token of it can't any more. */
  readonly renewsBot: boolean;
  readonly folder: string;
  /** Only of a bridge. */
  readonly registration: Registration | undefined;
  /** Only of a bridge, and where it is wanted. */
  readonly webhook: WantedWebhook | undefined;
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
 * @throws RcfedError RCFED_PROFILE_EXISTS, RCFED_REGISTRATION_*, RCFED_MODE_UNFIT, RCFED_DOMAIN_SET, RCFED_NAME_TAKEN; RemoteError
 *   where a server does not answer as it should
 */
export async function planProvision(
  request: ProvisionRequest,
  stored: KnownProfile | undefined,
  reach: Reach,
  admin: () => Promise<{ readonly api: WorkspaceApi } | undefined> = () => Promise.resolve(undefined),
): Promise<ProvisionPlan> {
  const known = ofSameServers(request, stored);
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
  const renewsBot =
    bot === undefined && api !== undefined && (await existingBot({ api }, botUsername))?.active === true;
  const prefix = bridge?.registration.prefix ?? '';
  return withSteps(
    {
      request,
      mode,
      botUsername,
      renewsBot,
      folder,
      registration: bridge?.registration,
      webhook: bridge?.webhook,
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
      webhook: bridge?.webhook !== undefined && (api === undefined || !(await isWebhookThere(api, bridge.webhook))),
      registration: bridge?.file !== 'same',
      legacy:
        mode === 'legacy' && !(await isLegacyRegistrationThere(folder, workspace.settings.get(LEGACY_REGISTRATION))),
    },
  );
}

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
      webhook: needed('webhook'),
      registration: needed('registration'),
      legacy: needed('legacy-registration'),
    },
  );
}

interface Needed {
  readonly bot: boolean;
  readonly profile: boolean;
  readonly webhook: boolean;
  readonly registration: boolean;
  readonly legacy: boolean;
}

function withSteps(plan: Omit<ProvisionPlan, 'steps'>, needed: Needed): ProvisionPlan {
  const { request, mode, changes, registration, values } = plan;
  const account = `Account ${plan.botUsername} on ${request.workspaceUrl}, with the roles admin and bot and a token`;
  const renewed = plan.renewsBot ? '; it is there: its password and the tokens it has now end' : '';
  const steps: readonly PlanStep[] = [
    { id: 'workspace-bot', title: `${account}${renewed}`, needed: needed.bot },
    { id: 'profile', title: `Profile ${request.profile}, with the tokens encrypted`, needed: needed.profile },
    ...changes.map((change) => ({
      id: stepIdOf(change),
      title: changeTitle(change),
      needed: true,
      why: change.why,
    })),
    ...(plan.webhook === undefined ? [] : [webhookStep(plan.webhook, needed.webhook)]),
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
