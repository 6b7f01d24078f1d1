import { cleanName } from './clean-name.ts';

/** Synapse refuses names of more than 256 code points (`MAX_DISPLAYNAME_LEN`); nobody reads that many. */
const LENGTH = 120;

/** The name under which people on Matrix see a Rocket.Chat user. Never empty: the username where nothing else is left. */
export function ghostDisplayName(name: string, username: string): string {
  return cleanName(name, LENGTH) || cleanName(username, LENGTH) || 'somebody';
}
