import { printable } from '../../output/terminal-text.ts';
import { type Group, type Outcome, type Status, groups } from '../check.ts';
import type { Diagnosis } from '../diagnosis.ts';

const WORDS: Readonly<Record<Status, string>> = {
  pass: 'ok',
  info: 'info',
  warn: 'warning',
  fail: 'FAILED',
  skip: 'skipped',
  crash: 'BROKEN',
};
/** The worst last, where the eye is. */
const ORDER: readonly Status[] = ['info', 'warn', 'crash', 'fail'];

/**
 * As a person reads it: what passes is one line a group, what does not comes after all groups with its cure.
 *
 * @param verbose each check has a line of its own, also those that pass or were skipped
 */
export function humanReport(diagnosis: Diagnosis, verbose: boolean): string[] {
  const { findings, counts } = diagnosis;
  const shown = ORDER.flatMap((status) => findings.filter((finding) => finding.status === status));
  return [
    ...Object.keys(groups).flatMap((group) => groupLines(group as Group, findings, verbose)),
    ...shown.flatMap((finding) => ['', ...findingLines(finding)]),
    '',
    `${counted(counts.fail + counts.crash, 'failed')}, ${counted(counts.warn, counts.warn === 1 ? 'warning' : 'warnings')}, ${counted(counts.pass, 'passed')}, ${counted(counts.skip, 'skipped')}.`,
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}`;

function groupLines(group: Group, all: readonly Outcome[], verbose: boolean): string[] {
  const findings = all.filter((finding) => finding.group === group);
  const seen = findings.filter(({ status }) => status !== 'skip');
  if (findings.length === 0 || (seen.length === 0 && !verbose)) return [];
  const passed = seen.filter(({ status }) => status === 'pass').length;
  const head = `${groups[group]}: ${seen.length === 0 ? 'skipped' : `${passed} of ${seen.length} ok`}`;
  return verbose ? [head, ...findings.map((finding) => `  ${line(finding)}`)] : [head];
}

function line({ id, status, title, subject, address, detail }: Outcome): string {
  const where = [subject, address].filter((one) => one !== undefined).join(' at ');
  return printable(`${WORDS[status]} ${id} ${title}${where === '' ? '' : ` (${where})`}: ${detail}`);
}

function findingLines(finding: Outcome): string[] {
  const { evidence = [], affects = [], cure, docs } = finding;
  return [
    line(finding),
    ...evidence.map((seen) => `    ${seen}`),
    ...(affects.length === 0 ? [] : [`  So: ${affects.join('; ')}`]),
    ...(cure === undefined ? [] : [`  ${cure.text}`]),
    ...(cure?.commands ?? []).map((command) => `    ${command}`),
    ...(cure?.config === undefined ? [] : [`    in ${cure.config.file}:`]),
    ...(cure?.config?.lines ?? []).map((text) => `      ${text}`),
    `  ${docs}`,
  ].map(printable);
}
