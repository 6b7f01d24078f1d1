import { allChecks } from '../../src/lib/diagnose/checks/all.ts';
import { type Check, groups } from '../../src/lib/diagnose/check.ts';
import { pageOf } from './markdown.ts';

/** docs/checks.md from the checks of `federation diagnose`: each finding points to its part. */
export const checkPage = (): Record<string, string> => ({
  'docs/checks.md': pageOf([
    '# Checks',
    'What `rcfed federation diagnose` looks at. Made from src/lib/diagnose/checks by `npm run generate`.',
    ...Object.entries(groups).flatMap(([group, title]) => {
      const checks = allChecks.filter((check) => check.group === group);
      return checks.length === 0 ? [] : [`## ${title}`, ...checks.flatMap(partOf)];
    }),
  ]),
});

const WHEN = {
  deep: 'Only with `--deep`: it sends something.',
  external: 'Only with `--external`: a third party learns the server name.',
  updates: 'Only with `--check-updates`.',
  partner: 'Only with `--with SERVER`.',
} as const;

function partOf({ id, title, severity, fix, needs = [], when, why }: Check): string[] {
  const facts = [
    `If not: ${severity}.`,
    ...(needs.length === 0 ? [] : [`Needs ${needs.map((need) => `[${need}](#${need.toLowerCase()})`).join(', ')}.`]),
    ...(when === undefined ? [] : [WHEN[when]]),
    ...(fix === 'automatic' ? ['`--fix` can mend it.'] : []),
  ];
  return [`### ${id}`, `${title}. ${facts.join(' ')}`, why];
}
