import type { MatrixUserId, WorkspaceUserId } from '../../core/ids.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { PortalId } from '../../store/portal-types.ts';

/** Body of a row that asks for a direct message's Matrix room. */
export interface DirectRequest {
  /** Messages from then on are carried over (ms, the workspace's clock). */
  readonly since: number;
  /** Whose puppet reads there. */
  readonly reader: MatrixUserId;
  /** Who asked for it, before anybody wrote; undefined: somebody wrote. */
  readonly by?: WorkspaceUserId;
  /** The portal that lost its Matrix room, of which messages wait for another one; undefined: somebody wrote first. */
  readonly from?: PortalId;
}

export const requestOf = ({ body }: Pick<InboxRow, 'body'>): DirectRequest => JSON.parse(body ?? '{}') as DirectRequest;
