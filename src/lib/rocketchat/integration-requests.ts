import { RemoteError } from '../core/remote-error.ts';
import { Secret } from '../core/secret.ts';
import type { ApiParts } from './api.ts';
import type { IntegrationApi, OutgoingWebhook } from './integration-types.ts';
import { allPages } from './paging.ts';
import { textIn } from './records.ts';
import type { JsonObject } from './rest-answer.ts';

const OUTGOING = 'webhook-outgoing';

export function integrationRequests({ rest }: Pick<ApiParts, 'rest'>): IntegrationApi {
  return {
    async outgoingWebhooks() {
      // Versions before 7 take no `type`: it is looked at here.
      const all = await allPages(rest, 'integrations.list', {}, 'integrations');
      return all.filter(({ type }) => type === OUTGOING).map(webhookFrom);
    },
    async createDirectWebhook({ name, url, token, username }) {
      const body = {
        type: OUTGOING,
        name,
        event: 'sendMessage',
        channel: 'all_direct_messages',
        urls: [url],
        token: token.reveal(),
        username,
        scriptEnabled: false,
        enabled: true,
        runOnEdits: true,
        retryFailedCalls: false,
      };
      await rest.post('integrations.create', { body });
    },
    async removeOutgoingWebhook(integrationId) {
      try {
        await rest.post('integrations.remove', { body: { type: OUTGOING, integrationId } });
      } catch (error) {
        if (!(error instanceof RemoteError) || !isGone(error)) throw error;
      }
    },
  };
}

/** As its own answer says, and as the method behind it does. */
const isGone = ({ code, message }: RemoteError): boolean =>
  code === 'error-invalid-integration' || /no integration found/i.test(message);

function webhookFrom(document: JsonObject): OutgoingWebhook {
  const { name, urls, enabled, event, channel, token } = document;
  return {
    id: textIn(document, '_id', 'GET /api/v1/integrations.list'),
    name: typeof name === 'string' ? name : '',
    urls: textsIn(urls),
    enabled: enabled === true,
    event: typeof event === 'string' ? event : '',
    channels: textsIn(channel),
    token: typeof token === 'string' && token !== '' ? new Secret(token) : undefined,
  };
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
