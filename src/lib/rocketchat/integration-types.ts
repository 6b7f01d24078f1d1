import type { Secret } from '../core/secret.ts';

/** An integration by which the workspace POSTs what happens to URLs. */
export interface OutgoingWebhook {
  readonly id: string;
  readonly name: string;
  readonly urls: readonly string[];
  /** False also where Rocket.Chat switched it off, as it does after an answer of 410. */
  readonly enabled: boolean;
  /** `sendMessage`, `roomCreated` … */
  readonly event: string;
  /** `all_direct_messages`, `#general` … */
  readonly channels: readonly string[];
  /** Sent along in the body of each request; undefined: the answer does not show it. */
  readonly token: Secret | undefined;
}

export interface NewDirectWebhook {
  readonly name: string;
  readonly url: string;
  readonly token: Secret;
  /** An existing account, under whose name an answer's text would be posted; ours has none. */
  readonly username: string;
}

/** Outgoing integrations, for which an account needs `manage-outgoing-integrations`. */
export interface IntegrationApi {
  /** `integrations.list`, those of type `webhook-outgoing`. */
  outgoingWebhooks(): Promise<readonly OutgoingWebhook[]>;
  /** `integrations.create` of one for all direct messages and their edits, which is not sent again after a failure. */
  createDirectWebhook(webhook: NewDirectWebhook): Promise<void>;
  /** `integrations.remove`; one that is gone already counts as removed. */
  removeOutgoingWebhook(id: string): Promise<void>;
}
