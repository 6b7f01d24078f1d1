import { RcfedError } from '../core/errors.ts';
import type { MatrixUserId, ServerName } from '../core/ids.ts';
import { createMatrixApi } from '../matrix/client.ts';
import { parseUserId } from '../matrix/user-id.ts';
import type { MatrixApi } from '../matrix/types.ts';
import { explained } from './explained.ts';
import { createWorkspaceApi } from '../rocketchat/api.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';
import type { SmokeParts, SmokeRequest } from './smoke-request.ts';

/** Both accounts, seen to be accepted. */
export interface SignedIn {
  readonly workspace: WorkspaceApi;
  readonly username: string;
  /** What the workspace's clock said, ms. */
  readonly workspaceTime: number;
  readonly matrix: MatrixApi;
}

/**
 * @throws RcfedError of the workspace if both fail; the other is then part of its `why`, so that one run shows all
 * that has to be set right.
 */
export async function signIn(request: SmokeRequest, parts: SmokeParts): Promise<SignedIn> {
  const [inWorkspace, onMatrix] = await Promise.allSettled([
    workspaceAccount(request, parts),
    matrixAccount(request, parts),
  ]);
  if (inWorkspace.status === 'fulfilled' && onMatrix.status === 'fulfilled')
    return { ...inWorkspace.value, matrix: onMatrix.value };
  const problems = [inWorkspace, onMatrix].flatMap((one) => (one.status === 'rejected' ? [explained(one.reason)] : []));
  const [first, second] = problems as [RcfedError, RcfedError?];
  if (second === undefined) throw first;
  const why = [first.why, `${second.message} as well. ${second.why ?? ''}`].filter(Boolean).join(' ').trim();
  throw new RcfedError(first.code, first.message, {
    why,
    try: [...first.try.slice(0, 1), ...second.try.slice(0, 1)],
    cause: first,
  });
}

async function workspaceAccount(
  { workspace: { url, userId, token }, timeoutMs }: SmokeRequest,
  { clock, log, network }: SmokeParts,
): Promise<Omit<SignedIn, 'matrix'>> {
  const options = { url, clock, log, fetch: network.fetch, deadlineMs: deadlineOf(timeoutMs) };
  const workspace = createWorkspaceApi({ ...options, credentials: { userId, token } });
  const { serverTime } = await workspace.info();
  const { username } = await workspace.me();
  return { workspace, username, workspaceTime: serverTime };
}

async function matrixAccount(
  { homeserver: { url, token }, timeoutMs }: SmokeRequest,
  { clock, log, network }: SmokeParts,
): Promise<MatrixApi> {
  const options = {
    baseUrl: url,
    accessToken: token,
    clock,
    log,
    fetch: network.fetch,
    deadlineMs: deadlineOf(timeoutMs),
  };
  const nameless = { userId: '@:' as MatrixUserId, serverName: '' as ServerName };
  const { userId } = await (await createMatrixApi({ ...options, ...nameless })).whoami();
  const serverName = parseUserId(userId)?.serverName ?? nameless.serverName;
  return createMatrixApi({ ...options, userId, serverName });
}

/** A request gets its time also where messages have to be quick. */
const deadlineOf = (timeoutMs: number): number => Math.max(timeoutMs, 10_000);
