import { randomBytes } from 'node:crypto';
import type { Redactor } from '../output/redactor.ts';
import { RemoteError } from '../core/remote-error.ts';
import { Secret } from '../core/secret.ts';
import { DIRECT_HINT_PATH } from '../rocketchat/direct-hint.ts';
import type { IntegrationApi, OutgoingWebhook } from '../rocketchat/integration-types.ts';
import type { Journal } from '../journal/journal.ts';
import type { KnownProfile } from './known-profile.ts';

/** Names it in Rocket.Chat, and tells it from other people's. */
const NAME = 'rcfed direct messages';

export const DIRECT_WEBHOOK_COST =
  "Rocket.Chat will send the text of every direct message to the bridge, also of those between people of the workspace alone. The bridge reads the room's id and drops the rest; the way there should be encrypted or within one machine.";

/** The outgoing integration that tells the bridge at once of what is written in direct messages. */
export interface WantedWebhook {
  /** The bridge as the workspace reaches it, without the path. */
  readonly base: string;
  /** Where the workspace is to POST to. */
  readonly url: string;
  readonly token: Secret;
}

/** undefined: neither asked for nor in the profile. A new one gets a new random token. */
export function wantedWebhook(
  asked: string | undefined,
  known: KnownProfile | undefined,
  { know }: Pick<Redactor, 'know'>,
): WantedWebhook | undefined {
  const base = asked ?? known?.values['direct-webhook'];
  if (base === undefined) return undefined;
  const token = known?.secrets['webhook-token'] ?? new Secret(randomBytes(32).toString('hex'));
  know(token);
  return { base, url: `${base}${DIRECT_HINT_PATH}`, token };
}

/** As a line of the plan. */
export const webhookStep = ({ url }: WantedWebhook, needed: boolean) => ({
  id: 'webhook',
  title: `Outgoing webhook of all direct messages to ${url}`,
  needed,
  why: DIRECT_WEBHOOK_COST,
});

/**
 * Whether the workspace has it and sends it. Where an account may not look, it counts as not there: making it then
 * says why it can't.
 */
export async function isWebhookThere(api: IntegrationApi, wanted: WantedWebhook): Promise<boolean> {
  try {
    return (await ours(api, wanted)).some((webhook) => works(webhook, wanted));
  } catch (error) {
    if (error instanceof RemoteError && error.failure === 'refused') return false;
    throw error;
  }
}

const works = ({ enabled, event, channels, urls, token }: OutgoingWebhook, wanted: WantedWebhook): boolean =>
  enabled &&
  event === 'sendMessage' &&
  channels.includes('all_direct_messages') &&
  urls.includes(wanted.url) &&
  (token === undefined || token.reveal() === wanted.token.reveal());

/** Makes it, in place of one that has another address or token, or that was switched off. */
export async function makeWebhook(
  wanted: WantedWebhook,
  username: string,
  api: IntegrationApi,
  { workspace, journal }: { readonly workspace: string; readonly journal: Journal },
): Promise<void> {
  const { url, token } = wanted;
  await journal.doing(workspace, { kind: 'webhook', url }, async () => {
    await removeWebhooks(api, wanted);
    await api.createDirectWebhook({ name: NAME, url, token, username });
    return 'done';
  });
}

/** At that URL, or with that token; another bridge of the workspace has others. */
type Which = Pick<WantedWebhook, 'url'> & Partial<Pick<WantedWebhook, 'token'>>;

const ours = async (api: IntegrationApi, { url, token: known }: Which): Promise<readonly OutgoingWebhook[]> =>
  (await api.outgoingWebhooks()).filter(
    ({ name, urls, token }) =>
      name === NAME && (urls.includes(url) || (known !== undefined && token?.reveal() === known.reveal())),
  );

/** Whether any of ours is there, also one that was switched off. */
export const hasWebhooks = async (api: IntegrationApi, which: Which): Promise<boolean> =>
  (await ours(api, which)).length > 0;

export async function removeWebhooks(api: IntegrationApi, which: Which): Promise<void> {
  for (const { id } of await ours(api, which)) await api.removeOutgoingWebhook(id);
}
