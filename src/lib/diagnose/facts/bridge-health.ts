import type { HealthView } from '../../bridge/service/health-view.ts';
import type { CheckContext } from '../context.ts';

/** What the bridge says of itself. */
export const healthOf = ({ once, setup }: Pick<CheckContext, 'once' | 'setup'>): Promise<HealthView> =>
  once('bridge-health', async () => (await setup.bridge()).service.health());
