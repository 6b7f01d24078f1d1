import type { Outcome, Repair } from './check.ts';

export interface Repaired {
  readonly id: string;
  readonly shown: string;
  /** undefined: it worked. */
  readonly problem: string | undefined;
}

/**
 * Does what the findings offer to do, each only after `agrees` was shown it. What fails is told and keeps no other
 * from being done.
 */
export async function repairAll(
  findings: readonly Outcome[],
  agrees: (repair: Repair, finding: Outcome) => Promise<boolean>,
): Promise<readonly Repaired[]> {
  const done: Repaired[] = [];
  for (const finding of findings) {
    const repair = finding.cure?.repair;
    if (repair === undefined || finding.status === 'pass' || !(await agrees(repair, finding))) continue;
    const problem = await repair.run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    done.push({ id: finding.id, shown: repair.shown, problem });
  }
  return done;
}
