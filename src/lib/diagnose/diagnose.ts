import { type Check, type Outcome } from './check.ts';
import type { DiagnoseParts } from './context.ts';
import { type Diagnosis, countsOf } from './diagnosis.ts';
import { runChecks } from './engine.ts';
import { selectChecks } from './select.ts';

export interface DiagnoseRequest {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Looks at everything that was asked for, once. It changes nothing. */
export async function diagnose(
  checks: readonly Check[],
  parts: DiagnoseParts,
  { only, skip, onOutcome }: DiagnoseRequest,
): Promise<Diagnosis> {
  const startedAt = parts.clock.now();
  const selected = selectChecks(checks, { only, skip });
  const findings = await runChecks(selected, parts, { skip: new Set(skip), ...(onOutcome && { onOutcome }) });
  return {
    startedAt: new Date(startedAt).toISOString(),
    durationMs: parts.clock.now() - startedAt,
    findings,
    counts: countsOf(findings),
  };
}
