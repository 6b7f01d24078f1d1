import type { Ephemeral } from '../lib/provision/ephemeral.ts';
import type { ProvisionPlan } from '../lib/provision/plan.ts';

interface Choices {
  readonly ephemeral?: Ephemeral | undefined;
  readonly 'publish-rooms': boolean;
}

/** What the choices cost, as sentences to say before anything is done. */
export async function provisionCosts(choices: Choices, { webhook }: ProvisionPlan): Promise<readonly string[]> {
  const { EPHEMERAL_COST, PUBLISH_ROOMS_COST } = await import('../lib/provision/ephemeral.ts');
  const { DIRECT_WEBHOOK_COST } = await import('../lib/provision/direct-webhook.ts');
  return [
    ...(choices.ephemeral === undefined ? [] : [EPHEMERAL_COST[choices.ephemeral]]),
    ...(choices['publish-rooms'] ? [PUBLISH_ROOMS_COST] : []),
    ...(webhook === undefined ? [] : [DIRECT_WEBHOOK_COST]),
  ];
}
