import type { UploadLimits } from './file-types.ts';

/** The settings that {@link uploadLimitsFrom} reads; all are public. */
export const UPLOAD_SETTINGS: readonly string[] = [
  'FileUpload_Enabled',
  'FileUpload_Enabled_Direct',
  'FileUpload_MaxFileSize',
  'FileUpload_MediaTypeWhiteList',
  'FileUpload_MediaTypeBlackList',
];

const DEFAULT_MAX_BYTES = 104_857_600;

/** A setting that is absent or odd counts as the server's default. */
export function uploadLimitsFrom(settings: ReadonlyMap<string, unknown>): UploadLimits {
  const maxBytes = numberOr(settings.get('FileUpload_MaxFileSize'), DEFAULT_MAX_BYTES);
  return Object.freeze({
    enabled: settings.get('FileUpload_Enabled') !== false,
    enabledInDirectMessages: settings.get('FileUpload_Enabled_Direct') !== false,
    maxBytes: maxBytes < 0 ? undefined : maxBytes,
    whiteList: mediaTypeList(settings.get('FileUpload_MediaTypeWhiteList')),
    blackList: mediaTypeList(settings.get('FileUpload_MediaTypeBlackList') ?? 'image/svg+xml'),
  });
}

/** The entries of a list of media types: parted by commas, `*` and nothing for "no list". */
export function mediaTypeList(value: unknown): readonly string[] {
  if (typeof value !== 'string' || value.trim() === '*') return [];
  return value
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '');
}

/**
 * Whether a workspace takes files of a type, by the server's own rule: on the white list if there is one, and
 * not on the black list; `image/*` in a list stands for all of a kind.
 */
export function acceptsMediaType(limits: Pick<UploadLimits, 'whiteList' | 'blackList'>, type: string): boolean {
  const { whiteList, blackList } = limits;
  if (type === '') return whiteList.length + blackList.length === 0;
  if (whiteList.length > 0 && !listed(type, whiteList)) return false;
  return !listed(type, blackList);
}

function listed(type: string, list: readonly string[]): boolean {
  return list.includes(type) || list.includes(type.replace(/\/.*$/s, '/*'));
}

function numberOr(value: unknown, fallback: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : fallback;
}
