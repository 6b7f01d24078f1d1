import { parsePattern, matches } from '../../access/pattern.ts';
import { verdictOn } from '../../access/rules.ts';
import { RcfedError } from '../../core/errors.ts';
import type { ServerName } from '../../core/ids.ts';
import { serverNameOf } from '../../matrix/server-name.ts';
import { writeServerAcls } from '../homeserver/server-acls.ts';
import type { BridgeParts } from '../parts.ts';
import type { AccessChangeRequest, AccessChangeView, AccessCheckView, AccessList, AccessRulesView } from './views.ts';

export async function accessRules({ store, identity }: BridgeParts): Promise<AccessRulesView> {
  return { own: identity.serverName, ...(await store.access.rules()) };
}

/**
 * Adds a pattern to one list, or takes it out of one or both.
 * @throws RcfedError RCFED_ACCESS_PATTERN: no pattern, or one that would block the homeserver itself
 */
export async function changeAccess(
  parts: BridgeParts,
  { change, pattern: text, list, dryRun }: AccessChangeRequest,
): Promise<AccessChangeView> {
  const pattern = parsePattern(text);
  const own = parts.identity.serverName;
  if (change === 'block' && matches(pattern, own))
    throw new RcfedError('RCFED_ACCESS_PATTERN', `${pattern} is the homeserver itself`, {
      why: `The accounts of your colleagues on Matrix are on ${own}.`,
    });
  const before = await parts.store.access.rules();
  const from = LISTS.filter((each) => before[each].includes(pattern));
  const to = LISTS.filter((each) =>
    change === 'remove'
      ? list !== undefined && each !== list && from.includes(each)
      : each === change || from.includes(each),
  );
  const lists = { pattern, from, to };
  if (dryRun === true) return { own, ...before, ...lists, changed: false, warnings: [] };
  const changed = await (change === 'remove'
    ? parts.store.access.remove(pattern, list)
    : parts.store.access.add(change, pattern));
  await parts.access.reload();
  return { own, ...parts.access.rules(), ...lists, changed, warnings: await writeServerAcls(parts) };
}

const LISTS = ['allow', 'block'] as const satisfies readonly AccessList[];

export async function checkAccess(
  { access, identity }: BridgeParts,
  { server: text }: { readonly server: string },
): Promise<AccessCheckView> {
  const server = serverNameOf(text.replace(/^[@#!].*?:/, '').toLowerCase());
  const { rule, ...verdict } = verdictOn(access.rules(), server, identity.serverName);
  return { server, rule: rule ?? null, ...verdict };
}

/** Throws RCFED_SERVER_BLOCKED unless the rules let that server in. */
export function assertAdmitted({ access }: Pick<BridgeParts, 'access'>, server: ServerName): void {
  if (access.admits(server)) return;
  throw new RcfedError('RCFED_SERVER_BLOCKED', `The access rules keep ${server} out`);
}
