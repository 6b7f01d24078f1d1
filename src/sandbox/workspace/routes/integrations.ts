import { meteorId, MeteorError } from '../meteor.ts';
import {
  type AuthenticatedCall,
  optionalFlag,
  optionalText,
  optionalTexts,
  paged,
  type Route,
  textOf,
} from '../route.ts';
import { either, flag, list, nullable, number, shape, text } from '../validation.ts';
import type { WebhookDocument } from '../webhooks.ts';

const MANAGE = 'manage-outgoing-integrations';
const incoming = text({ oneOf: ['webhook-incoming'] });
const outgoing = text({ oneOf: ['webhook-outgoing'] });

const common = {
  username: text(),
  channel: text(),
  name: text(),
  enabled: flag(),
  scriptEnabled: flag(),
  skipTranspile: nullable(flag()),
  script: nullable(text()),
  scriptEngine: nullable(text()),
  alias: nullable(text()),
  avatar: nullable(text()),
  emoji: nullable(text()),
};
const words = nullable(list(text({ minLength: 1 })));

/** Outgoing integrations; the sandbox makes none of the incoming ones. */
export const integrationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'integrations.create',
    permission: MANAGE,
    params: {
      oneOf: [
        shape({ ...common, type: incoming, overrideDestinationChannelEnabled: nullable(flag()) }),
        shape({
          ...common,
          type: outgoing,
          event: text(),
          targetRoom: nullable(text()),
          urls: words,
          triggerWords: words,
          triggerWordAnywhere: nullable(flag()),
          token: nullable(text()),
          runOnEdits: nullable(flag()),
          retryFailedCalls: nullable(flag()),
          retryCount: nullable(number()),
          retryDelay: nullable(text()),
          impersonateUser: nullable(flag()),
        }),
      ],
    },
    act: create,
  },
  {
    method: 'GET',
    path: 'integrations.list',
    permission: MANAGE,
    params: shape({
      count: nullable(either(number(), text())),
      offset: nullable(either(number(), text())),
      sort: nullable(text()),
      name: nullable(text()),
      type: nullable(text()),
      query: nullable(text()),
    }),
    act(call) {
      const { items, ...page } = paged(call, [...call.workspace.webhooks.values()]);
      return { integrations: items, items: page.count, ...page };
    },
  },
  {
    method: 'POST',
    path: 'integrations.remove',
    permission: MANAGE,
    params: {
      oneOf: [
        shape({ type: incoming, integrationId: text() }, true),
        shape({ type: outgoing, target_url: text() }, true),
        shape({ type: outgoing, integrationId: text() }, true),
      ],
    },
    act: remove,
  },
];

function create({ workspace, params }: AuthenticatedCall): Record<string, unknown> {
  const [event, urls, username] = [
    textOf(params, 'event'),
    optionalTexts(params, 'urls') ?? [],
    textOf(params, 'username'),
  ];
  if (params['type'] !== 'webhook-outgoing') throw new MeteorError('error-invalid-type', 'Invalid integration type');
  if (event.trim() === '') throw new MeteorError('error-invalid-event-type', 'Invalid event type');
  if (!urls.some((url) => url.trim() !== '')) throw new MeteorError('error-invalid-urls', 'Invalid URLs');
  if (workspace.accounts.byUsername(username) === undefined)
    throw new MeteorError('error-invalid-user', 'Invalid user');
  const integration: WebhookDocument = {
    _id: meteorId(),
    type: 'webhook-outgoing',
    name: textOf(params, 'name'),
    event,
    channel: textOf(params, 'channel')
      .split(',')
      .map((name) => name.trim()),
    urls,
    token: optionalText(params, 'token') ?? meteorId(),
    username,
    runOnEdits: optionalFlag(params, 'runOnEdits') ?? false,
    scriptEnabled: optionalFlag(params, 'scriptEnabled') ?? false,
    enabled: optionalFlag(params, 'enabled') ?? false,
    _createdAt: workspace.stamp(),
  };
  workspace.webhooks.set(integration._id, integration);
  return { integration };
}

function remove({ workspace, params }: AuthenticatedCall): Record<string, unknown> {
  const [id, url] = [optionalText(params, 'integrationId'), optionalText(params, 'target_url')];
  const integration = [...workspace.webhooks.values()].find(
    ({ _id, urls }) => _id === id || (url !== undefined && urls.includes(url)),
  );
  if (integration === undefined || params['type'] !== integration.type) throw new Error('No integration found.');
  workspace.webhooks.delete(integration._id);
  return { integration };
}
