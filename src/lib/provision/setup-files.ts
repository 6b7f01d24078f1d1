import { dirname, join } from 'node:path';
import { parseServerName } from '../matrix/server-name.ts';
import type { ServerName } from '../core/ids.ts';
import { RcfedError } from '../core/errors.ts';
import { readPrivateFile } from '../config/private-file.ts';
import type { Registration } from '../matrix/types.ts';
import {
  COMPOSE_SECRETS_FILE,
  type ComposeSecrets,
  newComposeSecrets,
  readComposeSecrets,
} from './artifacts/containers/compose-secrets.ts';
import { bridgeEnvironment } from './artifacts/environment.ts';
import type { FileKind } from './artifacts/file-kinds.ts';
import { artifactsOf } from './artifacts/kinds.ts';
import {
  type FileChoices,
  listenerOf,
  type ProfileContent,
  type SetupFacts,
  usualFederationHost,
} from './artifacts/setup-facts.ts';
import { type ComparedFile, compareFiles, type WrittenFile, writeFiles } from './written-files.ts';

export interface SetupFilesRequest {
  readonly kinds: readonly FileKind[];
  readonly content: ProfileContent;
  readonly registration: Registration;
  /** Absolute path of registration.yaml; the files go into the folders beside it. */
  readonly registrationPath: string;
  readonly choices: FileChoices;
  /** Of rcfed. */
  readonly version: string;
  readonly redactor: { know(secret: SetupFacts['registration']['asToken']): void };
}

/**
 * The files of the given kinds, compared with those in the folder. Nothing is written.
 * @throws RcfedError RCFED_SERVER_NAME_INVALID, RCFED_CONFIG_UNREADABLE, RCFED_COMPOSE_SECRETS
 */
export async function planSetupFiles(request: SetupFilesRequest): Promise<readonly ComparedFile[]> {
  if (request.kinds.length === 0) return [];
  return await compareFiles(
    dirname(request.registrationPath),
    await artifactsOf(await factsOf(request), request.kinds),
  );
}

/**
 * Writes the files of the given kinds that are missing or out of date.
 * @param replace whether files that were changed by hand may be moved aside
 * @throws RcfedError as {@link planSetupFiles}; RCFED_CONFIG_UNWRITABLE
 */
export async function writeSetupFiles(request: SetupFilesRequest, replace: boolean): Promise<readonly WrittenFile[]> {
  return await writeFiles(dirname(request.registrationPath), await planSetupFiles(request), replace);
}

async function factsOf(request: SetupFilesRequest): Promise<SetupFacts> {
  const { content, registration, choices } = request;
  const value = (field: string): string => content.values[field] ?? '';
  const serverName = value('server-name') as ServerName;
  const homeserverUrl = value('homeserver-url');
  const composeSecrets = await composeSecretsIn(dirname(request.registrationPath));
  for (const secret of Object.values(composeSecrets)) request.redactor.know(secret);
  return {
    workspaceUrl: value('workspace-url'),
    homeserverUrl,
    serverName,
    federationHost: checkedHost(choices.federationHost) ?? usualFederationHost(homeserverUrl, serverName),
    registration,
    registrationPath: request.registrationPath,
    ...listenerOf(content.values['listen']),
    caFile: content.values['ca-file'],
    ...bridgeEnvironment(content, registration),
    image: choices.image,
    version: request.version,
    publishRooms: choices.publishRooms,
    composeSecrets,
  };
}

/** A name without a port: the files say which ports there are. */
function checkedHost(host: string | undefined): string | undefined {
  if (host === undefined || (parseServerName(host) !== undefined && !/:\d+$/.test(host))) return host;
  throw new RcfedError('RCFED_SERVER_NAME_INVALID', `${host} is no host name`, {
    try: ['Write the host alone, without https:// and a port: --federation-host matrix.example.org'],
  });
}

async function composeSecretsIn(folder: string): Promise<ComposeSecrets> {
  const path = join(folder, COMPOSE_SECRETS_FILE);
  const text = await readPrivateFile(path);
  if (text === undefined) return newComposeSecrets();
  const known = await readComposeSecrets(text);
  if (known !== undefined) return known;
  throw new RcfedError('RCFED_COMPOSE_SECRETS', `${path} lacks passwords that the compose file needs`, {
    why: 'A new password would lock Synapse out of its database.',
  });
}
