import { dirname, resolve } from 'node:path';
import type { Reach } from '../admin/reach.ts';
import { RcfedError } from '../core/errors.ts';
import type { Registration } from '../matrix/types.ts';
import { type WantedWebhook, wantedWebhook } from './direct-webhook.ts';
import { type HomeserverFacts, readHomeserver } from './homeserver-facts.ts';
import type { KnownProfile } from './known-profile.ts';
import type { ProvisionRequest } from './plan.ts';
import { compareRegistrationFile, REGISTRATION_FILE } from './registration-file.ts';
import { DEFAULT_LISTEN, wantedRegistration } from './wanted-registration.ts';

/** What a bridge needs besides its account on the workspace. */
interface BridgePart {
  readonly registration: Registration;
  readonly folder: string;
  readonly file: Awaited<ReturnType<typeof compareRegistrationFile>>;
  readonly listen: string;
  readonly webhook: WantedWebhook | undefined;
  readonly homeserver: HomeserverFacts | undefined;
}

/**
 * Reads the homeserver and the folder of the registration. Nothing is changed.
 * @throws RcfedError RCFED_REGISTRATION_*; RemoteError
 */
export async function planBridge(
  request: ProvisionRequest,
  known: KnownProfile | undefined,
  reach: Reach,
): Promise<BridgePart> {
  const prefix = request.prefix ?? known?.values['prefix'] ?? 'rc_';
  const listen = request.listen ?? known?.values['listen'] ?? DEFAULT_LISTEN;
  const folder = folderOf(request, known);
  const registration = await wantedRegistration(request, known, { prefix, listen }, reach);
  const file = await compareRegistrationFile(folder, registration);
  if (file === 'differs' && !request.replace) {
    throw new RcfedError(
      'RCFED_REGISTRATION_DIFFERS',
      `${resolve(folder, REGISTRATION_FILE)} is another registration`,
      {
        try: [
          'Write into another folder: rcfed federation provision --out FOLDER',
          'Replace it: rcfed federation provision --replace',
        ],
      },
    );
  }
  const adminToken = request.homeserverAdminToken ?? known?.secrets['homeserver-admin-token'];
  const homeserver = request.newHomeserver ? undefined : await readHomeserver(request, registration, reach, adminToken);
  const webhook = wantedWebhook(request.directWebhook, known, reach.redactor);
  return { registration, folder, file, listen, webhook, homeserver };
}

/** Of registration.yaml: as asked for, else where it is. */
export function folderOf(request: ProvisionRequest, known: KnownProfile | undefined): string {
  const oldPath = known?.values['registration'];
  return resolve(request.folder ?? (oldPath === undefined ? '.' : dirname(oldPath)));
}
