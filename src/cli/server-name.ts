import { RcfedError } from '../lib/core/errors.ts';
import type { ServerName } from '../lib/core/ids.ts';

/** The server name that somebody wrote, lower-cased as DNS takes it. Throws RCFED_SERVER_NAME_INVALID. */
export async function serverNameOf(text: string): Promise<ServerName> {
  const { parseServerName } = await import('../lib/matrix/server-name.ts');
  const server = parseServerName(text.trim().toLowerCase());
  if (server !== undefined) return server;
  throw new RcfedError('RCFED_SERVER_NAME_INVALID', `${text} is not the name of a Matrix server`);
}
