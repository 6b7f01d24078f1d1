import type { Reach } from '../admin/reach.ts';
import { loadKey } from '../config/key-file.ts';
import { addProfile, listProfiles, type ProfileSource } from '../config/profiles.ts';
import type { Step } from '../output/progress.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceUserId } from '../core/ids.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import { applyChange, type ForcedSetting, forcedSetting } from './apply-change.ts';
import { makeWebhook } from './direct-webhook.ts';
import { type Journal, journalOf } from '../journal/journal.ts';
import { writeJournaledRegistration } from './journaled-files.ts';
import type { KnownProfile } from './known-profile.ts';
import { type LegacyRegistration, writeLegacyRegistration } from './legacy-registration.ts';
import type { PlanStep, ProvisionPlan } from './plan.ts';
import { stepIdOf } from './wanted-change.ts';
import { existingBot, renewBot } from './workspace-bot.ts';
import { explainedRefusal, type WorkspaceAdmin } from './workspace-admin.ts';

export interface Provisioned {
  readonly changed: boolean;
  /** What the profile holds now. */
  readonly content: KnownProfile;
  /** Settings that the environment of Rocket.Chat holds fast. */
  readonly forced: readonly ForcedSetting[];
  /** Only of the bridge that Rocket.Chat had. */
  readonly legacy: LegacyRegistration | undefined;
}

export interface ProvisionStep extends Step {
  readonly id: PlanStep['id'];
}

export interface Provisioning {
  /** What is needed, in an order in which every step can be cut short and done again. */
  readonly steps: readonly ProvisionStep[];
  /** Call it when all steps have run. */
  outcome(): Provisioned;
}

/** What the steps leave for those after them. */
interface Course {
  content: KnownProfile;
  readonly forced: ForcedSetting[];
  legacy: LegacyRegistration | undefined;
}

/**
 * Does what a plan says. What a server was told is kept before anything is built on it, and each change is
 * written into the journal of the profile before it is done.
 * @param admin asked for only where the account of the bridge has to be made
 */
export function provisioning(
  plan: ProvisionPlan,
  source: ProfileSource,
  reach: Reach,
  admin: () => Promise<WorkspaceAdmin>,
): Provisioning {
  const journal = journalOf(source, plan.request.profile);
  const course: Course = { content: { values: plan.values, secrets: plan.secrets }, forced: [], legacy: undefined };
  const acts = actsOf({ plan, source, reach, admin, journal, course });
  const needed = plan.steps.filter((step) => step.needed);
  return {
    steps: needed.map(({ id, title }) => ({
      id,
      title,
      async run() {
        reach.signal.throwIfAborted();
        await acts(id);
      },
    })),
    outcome: () => ({ changed: needed.length > 0, ...course }),
  };
}

/** All steps in their order, for a caller who tells nobody of them. */
export async function applyProvision(...given: Parameters<typeof provisioning>): Promise<Provisioned> {
  const { steps, outcome } = provisioning(...given);
  for (const step of steps) await step.run(() => {});
  return outcome();
}

interface Parts {
  readonly plan: ProvisionPlan;
  readonly source: ProfileSource;
  readonly reach: Reach;
  readonly admin: () => Promise<WorkspaceAdmin>;
  readonly journal: Journal;
  readonly course: Course;
}

function actsOf(parts: Parts): (id: PlanStep['id']) => Promise<void> {
  const { plan, journal, source, course } = parts;
  const workspace = plan.request.workspaceUrl;
  return async (id) => {
    if (id === 'workspace-bot') return await makeBot(parts);
    if (id === 'profile') return await keepProfile(parts);
    if (id === 'registration') return await writeRegistration(parts);
    const api = botApi(parts);
    if (id === 'legacy-registration') {
      course.legacy = await writeLegacyRegistration({ folder: plan.folder, workspace, journal }, api, parts.reach);
      return;
    }
    if (id === 'webhook' && plan.webhook !== undefined)
      return await makeWebhook(plan.webhook, plan.botUsername, api, { workspace, journal });
    const change = plan.changes.find((each) => stepIdOf(each) === id);
    if (change === undefined) throw new Error(`the plan has no step ${id}`);
    const outcome = await applyChange(change, api, { workspace, journal, key: () => loadKey(source) });
    if (outcome === 'forced' && change.kind === 'setting') course.forced.push(forcedSetting(change));
  };
}

async function makeBot({ plan, reach, admin, journal, course }: Parts): Promise<void> {
  const { request, botUsername: username } = plan;
  const where = { url: request.workspaceUrl, username, serverName: request.serverName };
  try {
    const used = await admin();
    const existing = await existingBot(used, username);
    const before = existing === undefined ? null : { active: existing.active, roles: [...existing.roles] };
    await journal.doing(request.workspaceUrl, { kind: 'account', username, before }, async () => {
      const { credentials, password } = await renewBot(used, where, existing, reach);
      course.content = {
        values: { ...course.content.values, 'workspace-user-id': credentials.userId },
        secrets: { ...course.content.secrets, 'workspace-token': credentials.token, 'workspace-password': password },
      };
      return 'done';
    });
  } catch (error) {
    throw explainedRefusal(error);
  }
}

async function keepProfile({ plan, source, journal, course }: Parts): Promise<void> {
  const { profile: name, workspaceUrl } = plan.request;
  const { values, secrets } = course.content;
  const stored = (await listProfiles(source)).profiles.find((each) => each.name === name);
  const before = stored === undefined ? null : { kind: stored.kind, values: stored.values, secrets: stored.secrets };
  await journal.doing(workspaceUrl, { kind: 'profile', name, before, after: { ...values } }, async () => {
    await addProfile(source, { name, kind: 'admin', values, secrets }, true);
    return 'done';
  });
}

async function writeRegistration({ plan, journal }: Parts): Promise<void> {
  const { folder, registration, request } = plan;
  if (registration === undefined) return;
  await writeJournaledRegistration(folder, registration, request.replace, request.workspaceUrl, journal);
}

function botApi({ plan, reach, course }: Parts): WorkspaceApi {
  const { values, secrets } = course.content;
  const token = secrets['workspace-token'];
  const userId = values['workspace-user-id'] as WorkspaceUserId | undefined;
  if (token === undefined || userId === undefined) throw new Error('the account of the bridge comes first');
  const { clock, log, network, timeoutMs } = reach;
  return createWorkspaceApi({
    url: plan.request.workspaceUrl,
    credentials: { userId, token },
    clock,
    log,
    fetch: network.fetch,
    deadlineMs: timeoutMs,
  });
}
