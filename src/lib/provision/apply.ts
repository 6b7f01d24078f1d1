import type { Reach } from '../admin/reach.ts';
import { addProfile, type ProfileSource } from '../config/profiles.ts';
import type { ProfileContent } from './artifacts/setup-facts.ts';
import type { ProvisionPlan } from './plan.ts';
import { type WrittenRegistration, writeRegistrationFile } from './registration-file.ts';
import { renewBot } from './workspace-bot.ts';
import { explainedRefusal, type WorkspaceAdmin } from './workspace-admin.ts';

export interface Provisioned {
  readonly changed: boolean;
  readonly registration: WrittenRegistration;
  /** What the profile holds now. */
  readonly content: ProfileContent;
}

/**
 * Does what a plan says, in an order in which every step can be cut short and done again: what a
 * server was told is kept before anything is built on it.
 * @param admin asked for only where the account of the bot has to be made
 */
export async function applyProvision(
  plan: ProvisionPlan,
  source: ProfileSource,
  reach: Reach,
  admin: () => Promise<WorkspaceAdmin>,
): Promise<Provisioned> {
  const { request, steps } = plan;
  const needed = (id: ProvisionPlan['steps'][number]['id']): boolean =>
    steps.some((step) => step.id === id && step.needed);
  let { values, secrets } = plan;
  if (needed('workspace-bot')) {
    const where = { url: request.workspaceUrl, username: plan.botUsername, serverName: request.serverName };
    const bot = await renewBot(await admin(), where, reach).catch((error: unknown) => {
      throw explainedRefusal(error);
    });
    values = { ...values, 'workspace-user-id': bot.credentials.userId };
    secrets = { ...secrets, 'workspace-token': bot.credentials.token, 'workspace-password': bot.password };
  }
  if (needed('profile')) await addProfile(source, { name: request.profile, kind: 'admin', values, secrets }, true);
  const registration = await writeRegistrationFile(plan.folder, plan.registration, request.replace);
  return { changed: steps.some((step) => step.needed), registration, content: { values, secrets } };
}
