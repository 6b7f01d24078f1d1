import { xmlText } from '../../output/xml-text.ts';
import { type Group, type Outcome, groups } from '../check.ts';
import type { Diagnosis } from '../diagnosis.ts';

/** JUnit's XML, as CI systems read it: a suite for each group, a case for each finding. */
export function junitReport({ findings, durationMs, counts, startedAt }: Diagnosis): string {
  const suites = Object.keys(groups).flatMap((group) => {
    const cases = findings.filter((finding) => finding.group === group);
    return cases.length === 0 ? [] : [suite(group as Group, cases)];
  });
  const totals = `tests="${findings.length}" failures="${counts.fail}" errors="${counts.crash}" skipped="${counts.skip}"`;
  const time = `time="${seconds(durationMs)}" timestamp="${startedAt}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rcfed federation diagnose" ${totals} ${time}>\n${suites.join('')}</testsuites>\n`;
}

function suite(group: Group, cases: readonly Outcome[]): string {
  const count = (status: Outcome['status']): number => cases.filter((one) => one.status === status).length;
  const head = `  <testsuite name="${xmlText(groups[group])}" tests="${cases.length}" failures="${count('fail')}" errors="${count('crash')}" skipped="${count('skip')}">`;
  return `${head}\n${cases.map(testCase).join('')}  </testsuite>\n`;
}

function testCase({ id, title, subject, address, status, detail, evidence = [], cure, durationMs }: Outcome): string {
  const name = [id, title, subject, address].filter((one) => one !== undefined).join(' ');
  const head = `    <testcase classname="${id}" name="${xmlText(name)}" time="${seconds(durationMs)}">`;
  const text = xmlText(
    [detail, ...evidence, ...(cure === undefined ? [] : [cure.text, ...(cure.commands ?? [])])].join('\n'),
  );
  const body = {
    pass: '',
    info: `<system-out>${text}</system-out>`,
    warn: `<system-out>${text}</system-out>`,
    skip: `<skipped message="${xmlText(detail)}"/>`,
    fail: `<failure message="${xmlText(detail)}">${text}</failure>`,
    crash: `<error message="${xmlText(detail)}">${text}</error>`,
  }[status];
  return `${head}${body}</testcase>\n`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
