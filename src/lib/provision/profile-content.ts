import { resolve } from 'node:path';
import type { Secret } from '../core/secret.ts';
import type { Registration } from '../matrix/types.ts';
import type { Ephemeral } from './ephemeral.ts';
import type { WantedWebhook } from './direct-webhook.ts';
import type { WorkingBot } from './known-bot.ts';
import type { KnownProfile } from './known-profile.ts';
import { REGISTRATION_FILE } from './registration-file.ts';
import { DEFAULT_LISTEN } from './wanted-registration.ts';

const DEFAULT_BOT = 'rcfed';

interface ContentRequest {
  readonly workspaceUrl: string;
  readonly homeserverUrl: string;
  readonly serverName: string;
  readonly botUsername?: string | undefined;
  readonly ephemeral?: Ephemeral | undefined;
  /** Of further trusted certificates, without which the servers could not be reached. */
  readonly caFile?: string | undefined;
  readonly homeserverAdminToken?: Secret | undefined;
}

interface BridgeContent {
  readonly registration: Registration;
  readonly folder: string;
  readonly listen: string;
  readonly webhook: WantedWebhook | undefined;
}

/** What the profile is to hold. */
export function contentOf(
  request: ContentRequest,
  known: KnownProfile | undefined,
  bot: WorkingBot | undefined,
  bridge: BridgeContent | undefined,
): KnownProfile {
  const token = request.homeserverAdminToken;
  return {
    values: {
      ...known?.values,
      'workspace-url': request.workspaceUrl,
      'homeserver-url': request.homeserverUrl,
      'server-name': request.serverName,
      'workspace-username': bot?.username ?? request.botUsername ?? known?.values['workspace-username'] ?? DEFAULT_BOT,
      ...(bot === undefined ? {} : { 'workspace-user-id': bot.credentials.userId }),
      ...(bridge === undefined
        ? {}
        : {
            prefix: bridge.registration.prefix,
            registration: resolve(bridge.folder, REGISTRATION_FILE),
            ...(bridge.webhook === undefined ? {} : { 'direct-webhook': bridge.webhook.base }),
            ...(bridge.listen === (known?.values['listen'] ?? DEFAULT_LISTEN) ? {} : { listen: bridge.listen }),
          }),
      ...(request.caFile === undefined ? {} : { 'ca-file': resolve(request.caFile) }),
      ...(request.ephemeral === undefined ? {} : { presence: String(request.ephemeral === 'all') }),
    },
    secrets: {
      ...known?.secrets,
      ...(bot === undefined ? {} : { 'workspace-token': bot.credentials.token }),
      ...(bridge === undefined
        ? {}
        : {
            'as-token': bridge.registration.asToken,
            'hs-token': bridge.registration.hsToken,
            ...(bridge.webhook === undefined ? {} : { 'webhook-token': bridge.webhook.token }),
          }),
      ...(token === undefined ? {} : { 'homeserver-admin-token': token }),
    },
  };
}
