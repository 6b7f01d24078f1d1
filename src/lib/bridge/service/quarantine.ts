import { RcfedError } from '../../core/errors.ts';
import type { InboxRow } from '../../store/inbox-types.ts';
import type { QuarantineEntry } from '../../store/quarantine-types.ts';
import type { Bridge } from '../running-bridge.ts';
import type { BridgeParts } from '../parts.ts';
import type { AsideChangeView, AsideRequest, AsideView } from './views.ts';

export async function asideRows(parts: BridgeParts): Promise<readonly AsideView[]> {
  const names = await roomNames(parts);
  return (await parts.store.quarantine.list()).map((entry) => viewOf(entry, names));
}

export async function showAside(parts: BridgeParts, id: number): Promise<AsideView & { readonly body: unknown }> {
  const entry = await existing(parts, id);
  const { body } = entry.row;
  return {
    ...viewOf(entry, await roomNames(parts)),
    body: body === undefined ? undefined : (JSON.parse(body) as unknown),
  };
}

/** Out of its place by now, so it is applied with a mark that says so. */
export async function retryAside(
  parts: BridgeParts,
  bridge: Bridge | undefined,
  { id, dryRun }: AsideRequest,
): Promise<AsideChangeView> {
  const row = await recorded(parts, id);
  if (dryRun === true) return await asItIs(parts, id);
  const changed = await parts.store.quarantine.retry(id);
  bridge?.wake(row.lane);
  return { changed, wasAside: changed };
}

export async function dropAside(parts: BridgeParts, { id, dryRun }: AsideRequest): Promise<AsideChangeView> {
  await recorded(parts, id);
  if (dryRun === true) return await asItIs(parts, id);
  const changed = await parts.store.quarantine.drop(id);
  return { changed, wasAside: changed };
}

const asItIs = async ({ store }: BridgeParts, id: number): Promise<AsideChangeView> => ({
  wasAside: (await store.quarantine.get(id)) !== undefined,
  changed: false,
});

/** An event that is no longer set aside was retried or dropped already: nothing to change. */
async function recorded(parts: BridgeParts, id: number): Promise<InboxRow> {
  const row = await parts.store.inbox.byId(id);
  if (row === undefined) throw new RcfedError('RCFED_ASIDE_UNKNOWN', `No event ${id} is set aside`);
  return row;
}

async function existing(parts: BridgeParts, id: number): Promise<QuarantineEntry> {
  const entry = await parts.store.quarantine.get(id);
  if (entry === undefined) throw new RcfedError('RCFED_ASIDE_UNKNOWN', `No event ${id} is set aside`);
  return entry;
}

async function roomNames(parts: BridgeParts): Promise<ReadonlyMap<string, string>> {
  return new Map((await parts.store.portals.list()).map((portal) => [portal.lane, portal.name]));
}

function viewOf({ row, reason, detail, at, told }: QuarantineEntry, names: ReadonlyMap<string, string>): AsideView {
  return {
    id: row.id,
    side: row.side,
    room: names.get(row.lane),
    ref: row.ref,
    type: row.type,
    reason,
    detail,
    since: new Date(at).toISOString(),
    senderTold: told,
  };
}
