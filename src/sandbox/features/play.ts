import { RcfedError } from '../../lib/core/errors.ts';
import type { DemoOptions } from '../demo/story.ts';
import type { HomeserverName } from '../demo/stage.ts';
import { features } from './all.ts';
import { nameOf } from './feature.ts';
import { type FeatureResult, runFeatures } from './run-features.ts';
import { buildFeatureStage } from './stage.ts';

export interface FeaturesResult {
  /** In the order of the table. */
  readonly features: readonly FeatureResult[];
  readonly homeserver: HomeserverName;
}

/** Plays every row of the table once, between two servers that are there for nothing else. */
export async function playFeatures(options: Omit<DemoOptions, 'narrate'>): Promise<FeaturesResult> {
  const stage = await options.wait('Starting two servers and a bridge', () => buildFeatureStage(options));
  try {
    const title = `Trying ${features.length} features, each as somebody would use it`;
    const results = await options.wait(title, () => runFeatures(stage, features, options));
    return { features: results, homeserver: stage.homeserver };
  } finally {
    await stage.strike();
  }
}

/** undefined: everything is seen as it should be. */
export function problemWithFeatures({ features: results }: FeaturesResult): RcfedError | undefined {
  const wrong = results.filter(({ ok }) => !ok);
  if (wrong.length === 0) return undefined;
  return new RcfedError(
    'RCFED_SANDBOX_FEATURES',
    `Not as it should be: ${wrong.length} of ${results.length} features`,
    {
      why: wrong.map((result) => `${nameOf(result)}: ${result.detail}`).join('\n'),
    },
  );
}
