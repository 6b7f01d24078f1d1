import * as v from 'valibot';
import { hasWebhooks, removeWebhooks } from '../../provision/direct-webhook.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done } from '../undone.ts';

export const webhookChange = v.object({
  kind: v.literal('webhook'),
  /** Where the workspace POSTs to. */
  url: v.string(),
});

/** The outgoing webhook of direct messages. */
export const webhook: ChangeKind<v.InferOutput<typeof webhookChange>> = {
  subject: ({ url }) => url,
  inWords: ({ url }) => `Outgoing webhook to ${url} made`,
  async undo({ url }, parts) {
    const { api } = await parts.admin();
    if (!(await hasWebhooks(api, { url }))) return ALREADY;
    return await done(parts, () => removeWebhooks(api, { url }));
  },
};
