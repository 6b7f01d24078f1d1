import { type Check, type Verdict, passes, skips } from '../check.ts';

const SETTING = 'FileUpload_MaxFileSize';
/** What Rocket.Chat has unless an admin changed it. */
const UNSET_BYTES = 104_857_600;

export const uploadLimits: Check = {
  id: 'G11',
  group: 'bridge',
  title: 'Both servers take files of the same size',
  severity: 'info',
  fix: 'printed',
  needs: ['R4', 'G3'],
  why: 'A file that one server takes and the other refuses arrives as a note that names it. Nobody is helped by a limit that holds on one side alone.',
  async run({ setup }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const [theirs, ours] = await Promise.all([
      setup.workspace().then((workspace) => workspace.publicSettings([SETTING])),
      setup.homeserver().then((homeserver) => homeserver.uploadLimit()),
    ]);
    const value = theirs.get(SETTING) ?? UNSET_BYTES;
    const workspace = typeof value === 'number' && value >= 0 ? value : Number.POSITIVE_INFINITY;
    const homeserver = ours ?? Number.POSITIVE_INFINITY;
    if (workspace === homeserver) return passes(sizeText(workspace));
    const verdict: Verdict = {
      status: 'info',
      detail: `Rocket.Chat takes ${sizeText(workspace)}, the homeserver ${sizeText(homeserver)}`,
      cure:
        workspace > homeserver
          ? {
              text: 'Take the same on Matrix, or less in Rocket.Chat:',
              config: {
                file: 'homeserver.yaml',
                lines: [`max_upload_size: ${Number.isFinite(workspace) ? workspace : '1G'}`],
              },
            }
          : {
              text: 'Take the same in Rocket.Chat, or less on Matrix:',
              config: {
                file: 'Administration, Settings, File Upload',
                // -1 is how it says any size.
                lines: [`${SETTING}: ${Number.isFinite(homeserver) ? homeserver : -1}`],
              },
            },
    };
    return verdict;
  },
};

const sizeText = (bytes: number): string =>
  Number.isFinite(bytes) ? `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB` : 'any size';
