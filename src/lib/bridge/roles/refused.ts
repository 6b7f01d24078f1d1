import { RemoteError } from '../../core/remote-error.ts';

const LAST_OWNER = new Set(['error-remove-last-owner', 'error-last-owner', 'error-you-are-last-owner']);
const NOT_ALLOWED = new Set([
  'not-authorized',
  'error-not-authorized',
  'error-not-allowed',
  'error-action-not-allowed',
]);
const NOT_THERE = new Set(['error-user-not-in-room', 'error-invalid-user', 'error-user-not-found']);

/** Why Rocket.Chat refused to change somebody's role; undefined: it failed otherwise. */
export function workspaceRefusal(error: unknown): 'last owner' | 'not allowed' | 'not there' | undefined {
  if (!(error instanceof RemoteError) || error.side !== 'workspace' || error.failure !== 'refused') return undefined;
  const code = error.code ?? '';
  if (LAST_OWNER.has(code)) return 'last owner';
  if (NOT_THERE.has(code)) return 'not there';
  return error.status === 403 || (error.status !== 401 && NOT_ALLOWED.has(code)) ? 'not allowed' : undefined;
}

export const isForbiddenOnMatrix = (error: unknown): boolean =>
  error instanceof RemoteError && error.side === 'homeserver' && error.status === 403;
