/** What a setting of the workspace is to become. */
export interface WantedSetting {
  readonly kind: 'setting';
  readonly id: string;
  readonly from: unknown;
  readonly to: unknown;
  /** One sentence for the person who is asked. */
  readonly why: string;
  /** It lets people do more than now: done only where somebody said so. */
  readonly loosens: boolean;
  /** Neither value is shown, and the journal keeps them encrypted. */
  readonly secret: boolean;
}

/** Which roles are to have a permission of the workspace. */
export interface WantedPermission {
  readonly kind: 'permission';
  readonly id: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly why: string;
  readonly loosens: boolean;
}

export type WantedChange = WantedSetting | WantedPermission;

/** `setting:FileUpload_MaxFileSize`, the id of its step. */
export const stepIdOf = ({ kind, id }: Pick<WantedChange, 'kind' | 'id'>): string => `${kind}:${id}`;

/** As a diff: `FileUpload_MaxFileSize 104857600 → 52428800`. */
export function changeTitle(change: WantedChange): string {
  if (change.kind === 'permission')
    return `Permission ${change.id}: ${change.from.join(', ') || 'nobody'} → ${change.to.join(', ') || 'nobody'}`;
  if (change.secret) return `${change.id}: a new random value`;
  return `${change.id} ${shown(change.from)} → ${shown(change.to)}`;
}

const shown = (value: unknown): string =>
  typeof value === 'string' && value !== '' && !/\s/.test(value) ? value : JSON.stringify(value);
