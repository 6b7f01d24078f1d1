import type { Outcome, Status } from './check.ts';

/** All that one run found. */
export interface Diagnosis {
  readonly startedAt: string;
  readonly durationMs: number;
  readonly findings: readonly Outcome[];
  readonly counts: Readonly<Record<Status, number>>;
}

export function countsOf(findings: readonly Pick<Outcome, 'status'>[]): Diagnosis['counts'] {
  const counts: Record<Status, number> = { pass: 0, info: 0, warn: 0, fail: 0, skip: 0, crash: 0 };
  for (const { status } of findings) counts[status] += 1;
  return counts;
}

/** Whether anything is as it must not be; with `strict` also what is only not recommended. */
export function isUnwell({ counts }: Pick<Diagnosis, 'counts'>, strict: boolean): boolean {
  return counts.fail + counts.crash > 0 || (strict && counts.warn > 0);
}

/** For programs that know nothing between good and bad: what is not recommended is bad. */
export function takenStrictly(diagnosis: Diagnosis): Diagnosis {
  const findings = diagnosis.findings.map((finding): Outcome =>
    finding.status === 'warn' ? { ...finding, status: 'fail' } : finding,
  );
  return { ...diagnosis, findings, counts: countsOf(findings) };
}
