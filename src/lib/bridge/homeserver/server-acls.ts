import type { BridgeParts } from '../parts.ts';
import { writeServerAcl } from './server-acl.ts';

/**
 * Writes the access rules into every portal's room, one after the other; also where nothing changed now, since a
 * room that could not be written before may be by now. Direct messages have no list: the bot is in none of them, and
 * their people are fixed. Answers what could not be done.
 */
export async function writeServerAcls(parts: BridgeParts): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const portal of await parts.store.portals.list()) {
    if (portal.state !== 'active' || portal.direct !== undefined) continue;
    const warning = await writeServerAcl(parts, portal).catch(
      (error: unknown) => `The access list of ${portal.name} is as it was: ${(error as Error).message}`,
    );
    if (warning !== undefined) warnings.push(warning);
  }
  return warnings;
}

/** After a start or an outage: what was changed meanwhile. */
export async function renewServerAcls(parts: BridgeParts): Promise<void> {
  for (const reason of await writeServerAcls(parts)) parts.log('warn', 'access.list-unwritten', { reason });
}
