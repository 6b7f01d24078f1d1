import { directFetch } from '../../lib/network/direct-fetch.ts';
import type { MessageDocument, RoomDocument } from './documents.ts';
import type { Workspace } from './workspace.ts';

/** An outgoing integration as the database has it. */
export interface WebhookDocument {
  readonly _id: string;
  readonly type: 'webhook-outgoing';
  readonly name: string;
  readonly event: string;
  readonly channel: readonly string[];
  readonly urls: readonly string[];
  readonly token: string;
  readonly username: string;
  readonly runOnEdits: boolean;
  readonly scriptEnabled: boolean;
  /** Switched off by an answer of 410. */
  enabled: boolean;
  readonly _createdAt: Date;
}

const ALL: Readonly<Record<RoomDocument['t'], string>> = {
  c: 'all_public_channels',
  p: 'all_private_groups',
  d: 'all_direct_messages',
};

/**
 * Tells outgoing integrations of a new or edited message, in their own time; what becomes of it the sender of the
 * message never learns.
 */
export function runWebhooks(workspace: Workspace, room: RoomDocument, message: MessageDocument): void {
  for (const webhook of workspace.webhooks.values()) {
    const isMeant = webhook.event === 'sendMessage' && webhook.channel.includes(ALL[room.t]);
    if (!webhook.enabled || !isMeant || (message.editedAt !== undefined && !webhook.runOnEdits)) continue;
    const body = JSON.stringify(payload(workspace, webhook, room, message));
    for (const url of webhook.urls) void deliver(workspace, webhook, url, body);
  }
}

const payload = (workspace: Workspace, { token }: WebhookDocument, room: RoomDocument, message: MessageDocument) => ({
  token,
  bot: false,
  channel_id: room._id,
  channel_name: room.name,
  message_id: message._id,
  timestamp: message.ts,
  user_id: message.u._id,
  user_name: message.u.username,
  text: message.msg,
  siteUrl: workspace.settings.get<string>('Site_Url'),
  ...(message.alias === undefined ? {} : { alias: message.alias }),
  ...(message.editedAt === undefined ? {} : { isEdited: true }),
  ...(message.tmid === undefined ? {} : { tmid: message.tmid }),
});

async function deliver(workspace: Workspace, webhook: WebhookDocument, url: string, body: string): Promise<void> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await directFetch(url, { method: 'POST', headers, body, signal: workspace.lifetime.signal });
    await answer.body?.cancel();
    if (answer.status === 410) webhook.enabled = false;
  } catch {
    // Nobody is there, or the server stops: without `retryFailedCalls` it is not tried again.
  }
}
