import { expect } from 'vitest';
import type { Outcome } from '../../src/lib/diagnose/check.ts';
import { countsOf } from '../../src/lib/diagnose/diagnosis.ts';
import { humanReport } from '../../src/lib/diagnose/report/human.ts';

/** What differs from run to run. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT/g, 'TIME'],
  [/differ by \d+ seconds/g, 'differ by N seconds'],
  [/\/tmp\/rcfed-checks-\w+/g, 'FOLDER'],
  [/(?<=127\.0\.0\.1:|sport = :)\d{5}/g, 'PORT'],
  [/(?<![\w+/])[A-Za-z0-9+/]{43}(?![\w+/])/g, 'KEY'],
];

/** What a person reads of findings that are not as they should be is as it was: a change of words is seen in review. */
export function expectPrinted(found: readonly Outcome[]): void {
  const findings = found.filter(({ status }) => status !== 'pass' && status !== 'skip');
  if (findings.length === 0) return;
  const report = humanReport({ startedAt: '', durationMs: 0, findings, counts: countsOf(findings) }, false);
  const told = report.slice(report.indexOf('') + 1, -2).join('\n');
  expect(MASKS.reduce((text, [varying, mask]) => text.replaceAll(varying, mask), told)).toMatchSnapshot();
}
