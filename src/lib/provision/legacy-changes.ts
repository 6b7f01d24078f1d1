import { randomBytes } from 'node:crypto';
import type { ServerName } from '../core/ids.ts';
import { predictableToken } from '../diagnose/facts/legacy.ts';
import type { WantedSetting } from './wanted-change.ts';
import type { WorkspaceFacts } from './workspace-facts.ts';

const NAMES = [
  'enabled',
  'id',
  'hs_token',
  'as_token',
  'homeserver_url',
  'homeserver_domain',
  'bridge_url',
  'registration_file',
] as const;
const settingOf = (name: (typeof NAMES)[number]): string => `Federation_Matrix_${name}`;

/** Settings that {@link legacyChanges} reads. */
export const legacySettings: readonly string[] = NAMES.map(settingOf);
/** The registration that Rocket.Chat makes of the others. */
export const LEGACY_REGISTRATION = settingOf('registration_file');
/** Settings whose values stand in it as they are. */
export const IN_REGISTRATION: readonly string[] = (['as_token', 'hs_token', 'bridge_url'] as const).map(settingOf);

export interface LegacyOptions {
  readonly serverName: ServerName;
  readonly homeserverUrl: string;
  /** Where the homeserver reaches Rocket.Chat's listener; undefined: it stays. */
  readonly bridgeUrl: string | undefined;
}

/**
 * What has to change for the bridge that Rocket.Chat had up to 7.10; the switch comes last. Tokens that can be
 * worked out from the public `uniqueID` are replaced by random ones.
 */
export function legacyChanges(
  { settings }: WorkspaceFacts,
  { serverName, homeserverUrl, bridgeUrl }: LegacyOptions,
): readonly WantedSetting[] {
  const wanted = (name: (typeof NAMES)[number], to: unknown, why: string): readonly WantedSetting[] => {
    const from = settings.get(settingOf(name));
    if (from === undefined || from === to) return [];
    return [{ kind: 'setting', id: settingOf(name), from, to, why, loosens: false, secret: false }];
  };
  return [
    ...wanted('homeserver_domain', serverName, 'Without scheme and path: it stands in every id.'),
    ...wanted('homeserver_url', homeserverUrl, 'Where Rocket.Chat reaches the homeserver.'),
    ...(bridgeUrl === undefined ? [] : wanted('bridge_url', bridgeUrl, 'Where the homeserver reaches Rocket.Chat.')),
    ...(['as', 'hs'] as const).flatMap((kind) =>
      rotated(settingOf(`${kind}_token`), settings, guessable(kind, settings.get('uniqueID'))),
    ),
    ...wanted('enabled', true, 'It switches the bridge on.'),
  ];
}

function rotated(
  id: string,
  settings: ReadonlyMap<string, unknown>,
  guessed: string | undefined,
): readonly WantedSetting[] {
  const from = settings.get(id);
  if (guessed === undefined || from !== guessed) return [];
  const why = 'Everybody can work the present one out, and act as every user of the homeserver.';
  return [{ kind: 'setting', id, from, to: randomBytes(32).toString('hex'), why, loosens: false, secret: true }];
}

const guessable = (kind: 'as' | 'hs', uniqueId: unknown): string | undefined =>
  typeof uniqueId === 'string' && uniqueId !== '' ? predictableToken(kind, uniqueId) : undefined;

/** Keys in which two registrations differ; never what they hold, since two of them are tokens. */
export async function registrationDrift(there: string, wanted: string): Promise<readonly string[]> {
  const { parse } = await import('yaml');
  const [one, other] = [there, wanted].map((text) => (parse(text) ?? {}) as Record<string, unknown>);
  const keys = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
  return [...keys].filter((key) => JSON.stringify(one?.[key]) !== JSON.stringify(other?.[key]));
}
