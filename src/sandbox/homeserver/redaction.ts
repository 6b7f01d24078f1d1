import { isObject, type JsonObject } from './json.ts';

/** Content keys that outlive a redaction, by event type, for room versions 6 to 10 (spec: room versions, "Redactions"). */
const kept: Readonly<Record<string, readonly string[]>> = {
  'm.room.member': ['membership', 'join_authorised_via_users_server'],
  'm.room.create': ['creator'],
  'm.room.join_rules': ['join_rule', 'allow'],
  'm.room.power_levels': [
    'ban',
    'events',
    'events_default',
    'kick',
    'redact',
    'state_default',
    'users',
    'users_default',
  ],
  'm.room.history_visibility': ['history_visibility'],
};

/** What a redaction leaves of an event's content. */
export function prunedContent(type: string, content: JsonObject, roomVersion: number): JsonObject {
  if (roomVersion >= 11 && type === 'm.room.create') return content;
  const keys = [...(kept[type] ?? [])];
  if (roomVersion >= 11 && type === 'm.room.power_levels') keys.push('invite');
  if (roomVersion >= 11 && type === 'm.room.redaction') keys.push('redacts');
  const left: JsonObject = {};
  for (const key of keys) {
    if (key in content) left[key] = content[key];
  }
  const thirdParty = content['third_party_invite'];
  if (roomVersion >= 11 && type === 'm.room.member' && isObject(thirdParty) && 'signed' in thirdParty) {
    left['third_party_invite'] = { signed: thirdParty['signed'] };
  }
  return left;
}
