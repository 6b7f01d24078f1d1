import { isRecord } from '../../core/record.ts';
import type { RawMessage } from '../../rocketchat/types.ts';
import { readCards } from '../cards/read-cards.ts';
import type { WorkspaceAlias, WorkspaceAuthor, WorkspaceExtras } from '../events.ts';
import type { GeoPoint } from '../homeserver/content-location.ts';
import { kindOf } from './system-messages.ts';

/** Of a message that is text alone. */
export const NO_EXTRAS: WorkspaceExtras = Object.freeze({
  cards: [],
  alias: undefined,
  location: undefined,
  isNotice: false,
});

interface Known {
  readonly hasFiles: boolean;
  readonly author: WorkspaceAuthor;
}

export function readExtras(raw: RawMessage, { hasFiles, author }: Known): WorkspaceExtras {
  const kind = kindOf(raw['t']);
  // What a system message of Rocket.Chat's own shows besides is no card: the pinned message, a call's buttons.
  const isOwn = kind === 'message' || kind === 'unknown';
  return {
    cards: isOwn ? readCards(raw, hasFiles) : [],
    alias: readAlias(raw, author),
    location: readPoint(raw['location']),
    isNotice: kind === 'unknown',
  };
}

/** A name that the account has anyway is none; a picture or an emoji alone changes no name. */
function readAlias(raw: RawMessage, { name, username }: WorkspaceAuthor): WorkspaceAlias | undefined {
  const { alias, avatar, emoji } = raw;
  if (typeof alias !== 'string' || alias.trim() === '' || alias === name || alias === username) return undefined;
  return { name: alias, hasPicture: [avatar, emoji].some((one) => typeof one === 'string' && one !== '') };
}

/** GeoJSON, longitude first: https://www.rfc-editor.org/rfc/rfc7946#section-3.1.1 */
function readPoint(value: unknown): GeoPoint | undefined {
  if (!isRecord(value) || value['type'] !== 'Point' || !Array.isArray(value['coordinates'])) return undefined;
  const [longitude, latitude] = value['coordinates'] as unknown[];
  if (!isWithin(longitude, 180) || !isWithin(latitude, 90)) return undefined;
  return { latitude, longitude, uncertainty: undefined };
}

const isWithin = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= most;
