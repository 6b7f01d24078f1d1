import type { OpenDirectRequest, OpenDirectView } from '../bridge/service/direct-view.ts';
import type { BridgeService } from '../bridge/service/views.ts';
import { RcfedError } from '../core/errors.ts';
import type { Caller } from './authorise.ts';

/**
 * People open their own direct messages, an administrator those of everybody.
 * @throws RcfedError RCFED_NOT_ALLOWED, and what `openDirect` throws
 */
export async function openDirectAs(
  service: Pick<BridgeService, 'openDirect'>,
  request: OpenDirectRequest,
  caller: Caller,
): Promise<OpenDirectView> {
  if (caller.rights === 'admin') return service.openDirect(request);
  const { id, username } = caller.user;
  if (request.as !== undefined && request.as.replace(/^@/, '') !== username)
    throw new RcfedError('RCFED_NOT_ALLOWED', `Only an administrator may open the direct messages of ${request.as}`, {
      try: [`rcfed invite dm ${request.users.join(' ')}`],
    });
  const view = await service.openDirect({ ...request, as: username });
  // Rocket.Chat lists a direct message without messages only for those who opened it themselves.
  if (request.dryRun !== true && caller.workspace.credentials?.userId === id)
    await caller.workspace.openDirect([...view.colleagues, ...view.people.map((person) => person.username)]);
  return view;
}
