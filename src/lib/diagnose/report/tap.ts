import { printable } from '../../output/terminal-text.ts';
import type { Outcome } from '../check.ts';
import type { Diagnosis } from '../diagnosis.ts';

/** Test Anything Protocol, version 14: https://testanything.org/tap-version-14-specification.html */
export function tapReport({ findings }: Diagnosis): string {
  const lines = findings.flatMap((finding, at) => [testLine(finding, at + 1), ...details(finding)]);
  return `${['TAP version 14', `1..${findings.length}`, ...lines].join('\n')}\n`;
}

function testLine({ id, title, subject, address, status, detail }: Outcome, number: number): string {
  const ok = status !== 'fail' && status !== 'crash';
  const name = [id, title, subject, address].filter((one) => one !== undefined).join(' ');
  return `${ok ? 'ok' : 'not ok'} ${number} - ${escaped(name)}${status === 'skip' ? ` # SKIP ${escaped(detail)}` : ''}`;
}

/** A `#` would begin a directive. */
const escaped = (text: string): string =>
  printable(text).replaceAll('\\', '\\\\').replaceAll('#', '\\#').replaceAll(/\s+/g, ' ');

function details({ status, detail, cure }: Outcome): string[] {
  if (status === 'pass' || status === 'skip') return [];
  const fields = { status, detail, ...(cure === undefined ? {} : { cure: cure.text }) };
  return ['  ---', ...Object.entries(fields).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`), '  ...'];
}
