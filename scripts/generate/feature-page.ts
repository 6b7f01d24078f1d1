import { features } from '../../src/sandbox/features/all.ts';
import { pageOf, tableOf } from './markdown.ts';

/** docs/features.md from the table that `sandbox demo --features` plays. */
export const featurePage = (): Record<string, string> => ({
  'docs/features.md': pageOf([
    '# Features',
    'Made from the table in src/sandbox/features by `npm run generate`. `rcfed sandbox demo --features` tries each line, and the tests do so while the bridge is stopped and killed.',
    tableOf(
      ['Feature', 'Direction', 'Works', 'Limits', 'A bridge that was down makes up for it'],
      features.map(({ feature, direction, says, limits, lasting }) => [
        feature,
        goesBothWays(feature) ? direction : `only ${direction}`,
        says,
        limits,
        lasting ? 'yes' : 'no, it is of the moment',
      ]),
    ),
  ]),
});

const goesBothWays = (name: string): boolean =>
  new Set(features.filter(({ feature }) => feature === name).map(({ direction }) => direction)).size > 1;
