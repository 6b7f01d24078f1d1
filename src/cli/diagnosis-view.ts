import { RcfedError } from '../lib/core/errors.ts';
import type { Check, Outcome } from '../lib/diagnose/check.ts';
import type { Diagnosis } from '../lib/diagnose/diagnosis.ts';
import type { Repaired } from '../lib/diagnose/repair.ts';
import { table } from '../lib/output/table.ts';
import type { View } from '../lib/output/view.ts';

export type ListedCheck = Pick<Check, 'id' | 'group' | 'title' | 'severity' | 'fix'>;

/** A finding as JSON. */
export type PlainFinding = Omit<Outcome, 'cure'> & { readonly cure?: object };

export const checkTable = (checks: readonly Check[]): View[number] =>
  table(
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Group', value: ({ group }) => group },
      { title: 'What must hold', value: ({ title }) => title },
      { title: 'If not', value: ({ severity }) => severity },
      { title: 'Fix', value: ({ fix }) => fix },
    ],
    checks,
  );

/** Lines of a report; the renderers are loaded with it. With `strict` programs are told of warnings as failures. */
export async function reportText(
  format: 'human' | 'junit' | 'tap',
  diagnosis: Diagnosis,
  { verbose, strict }: { readonly verbose: boolean; readonly strict: boolean },
): Promise<readonly string[]> {
  if (format === 'human') return (await import('../lib/diagnose/report/human.ts')).humanReport(diagnosis, verbose);
  const { takenStrictly } = await import('../lib/diagnose/diagnosis.ts');
  const told = strict ? takenStrictly(diagnosis) : diagnosis;
  if (format === 'junit') return [(await import('../lib/diagnose/report/junit.ts')).junitReport(told)];
  return [(await import('../lib/diagnose/report/tap.ts')).tapReport(told)];
}

export const repairLines = (repaired: readonly Repaired[]): readonly string[] =>
  repaired.map(({ id, shown, problem }) =>
    problem === undefined ? `Done for ${id}: ${shown}` : `Not done for ${id}: ${shown}: ${problem}`,
  );

export const listed = ({ id, group, title, severity, fix }: Check): ListedCheck => ({
  id,
  group,
  title,
  severity,
  fix,
});

/** What a repair does can't be written down; that there is one can. */
export function plain({ cure, ...finding }: Outcome): PlainFinding {
  if (cure === undefined) return finding;
  const { repair, ...told } = cure;
  return { ...finding, cure: { ...told, automatic: repair?.shown ?? null } };
}

export function unwell({ counts, findings }: Diagnosis): RcfedError {
  const bad = findings.filter(({ status }) => status === 'fail' || status === 'crash' || status === 'warn');
  const failed = counts.fail + counts.crash;
  const words = `${failed} ${failed === 1 ? 'check' : 'checks'} failed, ${counts.warn} ${counts.warn === 1 ? 'warns' : 'warn'}`;
  return new RcfedError('RCFED_CHECKS_FAILED', words, {
    why: [...new Set(bad.map(({ id, title }) => `${id} ${title}`))].slice(0, 5).join('; '),
  });
}
