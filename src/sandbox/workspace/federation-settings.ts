import { createHash } from 'node:crypto';
import type { Dialect } from './dialects.ts';

const derived = (kind: string, uniqueId: string): string =>
  createHash('sha256').update(`${kind}_${uniqueId}`).digest('hex');

/** Of the bridge that Rocket.Chat had; 9.0 took them out of the database. */
const legacy = (uniqueId: string): Readonly<Record<string, unknown>> => ({
  Federation_Matrix_enabled: false,
  Federation_Matrix_serve_well_known: true,
  Federation_Matrix_enable_ephemeral_events: false,
  Federation_Matrix_id: `rocketchat_${uniqueId}`,
  Federation_Matrix_hs_token: derived('hs', uniqueId),
  Federation_Matrix_as_token: derived('as', uniqueId),
  Federation_Matrix_homeserver_url: 'http://localhost:8008',
  Federation_Matrix_homeserver_domain: 'local.rocket.chat',
  Federation_Matrix_bridge_url: 'http://localhost:3300',
  Federation_Matrix_bridge_localpart: 'rocket.cat',
  Federation_Matrix_registration_file: '',
});

/** Of the federation that is built in, from 7.11 on. */
const NATIVE: Readonly<Record<string, unknown>> = {
  Federation_Service_Enabled: false,
  Federation_Service_Domain: '',
  Federation_Service_Matrix_Signing_Algorithm: 'ed25519',
  Federation_Service_Matrix_Signing_Version: '0',
  Federation_Service_Matrix_Signing_Key: Buffer.alloc(32, 7).toString('base64'),
  Federation_Service_Allow_List: '',
  Federation_Service_EDU_Process_Typing: true,
  Federation_Service_EDU_Process_Presence: false,
  Federation_Service_EDU_Process_Receipt: false,
  Federation_Service_Join_Encrypted_Rooms: false,
  Federation_Service_Join_Non_Private_Rooms: false,
};

/** Which settings of federation a version has. */
export function federationSettings(
  { major, minor }: Pick<Dialect, 'major' | 'minor'>,
  uniqueId: string,
): Readonly<Record<string, unknown>> {
  const isNative = major >= 8 || (major === 7 && minor >= 11);
  return { ...(major < 9 && legacy(uniqueId)), ...(isNative && NATIVE) };
}

/** The registration that Rocket.Chat makes of its own settings, for an admin to bring to Synapse. */
export function legacyRegistration(values: ReadonlyMap<string, unknown>): string {
  const of = (name: string): string => String(values.get(`Federation_Matrix_${name}`));
  const everything = `    - exclusive: false\n      regex: .*\n`;
  return [
    `id: ${of('id')}`,
    `hs_token: ${of('hs_token')}`,
    `as_token: ${of('as_token')}`,
    `url: ${of('bridge_url')}`,
    `sender_localpart: ${of('bridge_localpart')}`,
    `namespaces:\n  users:\n${everything}  rooms:\n${everything}  aliases:\n${everything.trimEnd()}`,
    `de.sorunome.msc2409.push_ephemeral: ${of('enable_ephemeral_events')}`,
    'use_appservice_legacy_authorization: true\n',
  ].join('\n');
}
