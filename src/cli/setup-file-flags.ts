import * as Flags from '@oclif/core/flags';
import {
  FILE_KINDS,
  type FileKind,
  NEW_HOMESERVER_KINDS,
  ONLY_NEW_HOMESERVER,
} from '../lib/provision/artifacts/file-kinds.ts';
import type { FileChoices } from '../lib/provision/artifacts/setup-facts.ts';
import type { View } from '../lib/output/view.ts';
import type { FileToWrite } from '../lib/provision/written-files.ts';

/** Which files are written beside registration.yaml, and what they say. */
export const setupFileFlags = {
  files: Flags.option({ options: [...FILE_KINDS, 'all', 'none'] as const, multiple: true, delimiter: ',' })({
    summary:
      'Which files to write besides registration.yaml. Default: all into a folder that is named, else none; debian and helm are for a new homeserver.',
    env: 'RCFED_FILES',
    helpValue: 'KIND,…',
  }),
  'federation-host': Flags.string({
    summary: 'Host that other Matrix servers connect to. Default: that of the homeserver, or of the server name.',
    env: 'RCFED_FEDERATION_HOST',
    helpValue: 'HOST',
  }),
  image: Flags.string({
    summary: 'Container image of the bridge. Default: one built from the Dockerfile that is written.',
    env: 'RCFED_IMAGE',
    helpValue: 'IMAGE',
  }),
  'publish-rooms': Flags.boolean({
    summary: "Let federated rooms appear in the homeserver's public directory, also for other servers.",
    env: 'RCFED_PUBLISH_ROOMS',
  }),
};

/** One more for `--ephemeral`, whose options are those of lib/provision/ephemeral.ts. */
export const ephemeralFlag = Flags.option({ options: ['none', 'typing', 'all'] as const })({
  summary: 'Which of typing, read receipts and presence cross. Default: typing and receipts.',
  env: 'RCFED_EPHEMERAL',
});

/**
 * Into a folder that nobody named, such as the current one, only what was asked for goes: with a new homeserver its
 * files, in each variant. Where there is a homeserver, nobody is given files for another one unasked.
 */
export function chosenKinds(
  files: readonly (FileKind | 'all' | 'none')[] | undefined,
  named: boolean,
  newHomeserver = false,
): FileKind[] {
  if (files !== undefined) return FILE_KINDS.filter((kind) => files.includes('all') || files.includes(kind));
  const fresh = newHomeserver ? NEW_HOMESERVER_KINDS : [];
  return FILE_KINDS.filter((kind) => fresh.includes(kind) || (named && !ONLY_NEW_HOMESERVER.includes(kind)));
}

/** What those flags say of the files that are written. */
export const setupChoices = (flags: {
  readonly 'federation-host': string | undefined;
  readonly image: string | undefined;
  readonly 'publish-rooms': boolean;
}): FileChoices => ({
  federationHost: flags['federation-host'],
  image: flags.image,
  publishRooms: flags['publish-rooms'],
});

/** A line for each file that is not as it was, or would not stay so; one for all that are. */
export function filesView(files: readonly FileToWrite[]): View {
  const same = files.filter(({ outcome }) => outcome === 'already so').length;
  return [
    ...files.flatMap(({ path, outcome, aside }) => {
      if (outcome === 'to write') return [`${path} would be written.`];
      return outcome === 'written'
        ? [`${path} is written${aside === undefined ? '' : `; yours is now ${aside}`}.`]
        : [];
    }),
    ...(same === 0 ? [] : [`${same} ${same === 1 ? 'file is' : 'files are'} already so.`]),
  ];
}

/** What was left alone, because somebody has changed it. */
export const keptWarnings = (files: readonly FileToWrite[]): string[] =>
  files.flatMap(({ path, outcome }) =>
    outcome === 'kept'
      ? [`${path} was changed by hand and stays. Write it anew, and keep yours beside it: --replace`]
      : [],
  );
