import type { Reach } from '../lib/admin/reach.ts';
import type { AdminProfile } from '../lib/config/profile.ts';
import type { RcfedError } from '../lib/core/errors.ts';
import type { WorkspaceUserId } from '../lib/core/ids.ts';
import type { View } from '../lib/output/view.ts';
import type { SmokeRequest } from '../lib/smoke/smoke-request.ts';
import type { CommandContext } from './context.ts';
import { readSecret } from './secret-flags.ts';
import { type FederationSmokeData, smokeData, smokeView } from './smoke-view.ts';

/** What waiting for the homeserver was followed by: a message each way, or what is missing for one. */
export interface ProvisionProof {
  /** Null: it was not tried. */
  readonly smoke: FederationSmokeData | null;
  /** What is missing to try it, as sentences. */
  readonly missing: readonly string[];
}

export interface Proven {
  readonly proof: ProvisionProof;
  readonly warnings: readonly string[];
  /** What the smoke test found wrong: also the exit code is that of `federation smoke`. */
  readonly problem: RcfedError | undefined;
}

const TIMEOUT_MS = 30_000;
const GRACE_MS = 15_000;

/**
 * Sends a message each way, as `federation smoke` does, where a bridge runs and the environment names two ordinary
 * accounts. The accounts are no flags here: they are the test's, not the bridge's.
 */
export async function proveProvision(
  profile: AdminProfile,
  prefix: string,
  context: CommandContext,
  reach: Reach,
): Promise<Proven> {
  const { bridgeAnswers } = await import('../lib/admin/connect.ts');
  const [runs, accounts] = [await bridgeAnswers(profile, reach), await smokeAccounts(context)];
  const missing = [...(runs ? [] : ['No bridge runs.']), ...lacking(accounts)];
  const { userId, workspaceToken, homeserverToken } = accounts;
  if (!runs || userId === undefined || workspaceToken === undefined || homeserverToken === undefined)
    return { proof: { smoke: null, missing }, warnings: [], problem: undefined };
  const { runSmoke } = await import('../lib/smoke/smoke.ts');
  const request: SmokeRequest = {
    workspace: { url: profile.workspace.url, userId: userId as WorkspaceUserId, token: workspaceToken },
    homeserver: { url: profile.homeserver.url, token: homeserverToken },
    prefix,
    serverName: profile.homeserver.serverName,
    rooms: undefined,
    newRoom: false,
    timeoutMs: TIMEOUT_MS,
    graceMs: GRACE_MS,
  };
  const report = await runSmoke(request, reach);
  return { proof: { smoke: smokeData(report), missing: [] }, warnings: report.warnings, problem: report.problem };
}

type SmokeAccounts = Awaited<ReturnType<typeof smokeAccounts>>;

/** From variables, or files that they name. @throws RcfedError RCFED_FILE_UNREADABLE */
async function smokeAccounts(context: CommandContext) {
  const token = (name: string, file: string | undefined) =>
    readSecret(name, file === undefined || file === '' ? {} : { [`${name}-file`]: file }, context);
  const { env } = context;
  return {
    userId: env['RCFED_SMOKE_WORKSPACE_USER_ID'] || undefined,
    workspaceToken: await token('smoke-workspace-token', env['RCFED_SMOKE_WORKSPACE_TOKEN_FILE']),
    homeserverToken: await token('smoke-homeserver-token', env['RCFED_SMOKE_HOMESERVER_TOKEN_FILE']),
  };
}

function lacking({ userId, workspaceToken, homeserverToken }: SmokeAccounts): string[] {
  const needed = {
    RCFED_SMOKE_WORKSPACE_USER_ID: userId,
    RCFED_SMOKE_WORKSPACE_TOKEN: workspaceToken,
    RCFED_SMOKE_HOMESERVER_TOKEN: homeserverToken,
  };
  const names = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  return names.length === 0 ? [] : [`The environment lacks ${names.join(', ')}, of an ordinary account on each side.`];
}

/** What people read of it. */
export const proofView = ({ smoke, missing }: ProvisionProof): View =>
  smoke === null
    ? [`Not proven by messages yet. ${missing.join(' ')}`]
    : ['', 'A message each way, between two ordinary accounts:', ...smokeView(smoke)];
