import { bareType } from './content-type.ts';

/** What a workspace takes as an upload, from its public settings `FileUpload_*`. */
export interface WorkspaceFileRules {
  /** `FileUpload_Enabled`. */
  readonly enabled: boolean;
  /** `FileUpload_Enabled_Direct`: also in direct messages. */
  readonly inDirectMessages: boolean;
  /** `FileUpload_MaxFileSize`; undefined: -1, no limit. */
  readonly mostBytes: number | undefined;
  /** `FileUpload_MediaTypeWhiteList`: empty takes everything. Types, or `image/*`. */
  readonly allowed: readonly string[];
  /** `FileUpload_MediaTypeBlackList`, which counts more. */
  readonly refused: readonly string[];
}

/** The settings that {@link readFileRules} wants, by their ids. */
export const FILE_SETTINGS = [
  'FileUpload_Enabled',
  'FileUpload_Enabled_Direct',
  'FileUpload_MaxFileSize',
  'FileUpload_MediaTypeBlackList',
  'FileUpload_MediaTypeWhiteList',
] as const;

/** From the values by id; one that is missing or odd forbids nothing. */
export function readFileRules(settings: Readonly<Record<string, unknown>>): WorkspaceFileRules {
  const most = settings['FileUpload_MaxFileSize'];
  return {
    enabled: settings['FileUpload_Enabled'] !== false,
    inDirectMessages: settings['FileUpload_Enabled_Direct'] !== false,
    mostBytes: typeof most === 'number' && most >= 0 ? most : undefined,
    allowed: types(settings['FileUpload_MediaTypeWhiteList']),
    refused: types(settings['FileUpload_MediaTypeBlackList']),
  };
}

function types(list: unknown): readonly string[] {
  if (typeof list !== 'string') return [];
  return list
    .split(',')
    .map((type) => type.trim().toLowerCase())
    .filter((type) => type !== '');
}

export function takesType(rules: WorkspaceFileRules, contentType: string): boolean {
  const type = bareType(contentType);
  const isIn = (list: readonly string[]): boolean =>
    list.some((one) => one === type || one === '*/*' || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))));
  return !isIn(rules.refused) && (rules.allowed.length === 0 || isIn(rules.allowed));
}
