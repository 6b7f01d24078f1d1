import { xmlText } from '../output/xml-text.ts';
import type { SmokeReport, Way } from './smoke-report.ts';
import { wayText } from './verdict.ts';

/** JUnit's XML, as CI systems read it: a case for each way. What kept the test from running is an error, not a failure. */
export function smokeAsJunit(report: SmokeReport): string {
  const { ways, state, durationMs, startedAt } = report;
  const count = (kind: string): number => ways.filter((way) => kindOf(way, report) === kind).length;
  const totals = `tests="${ways.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const time = `time="${seconds(durationMs)}" timestamp="${startedAt}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="rcfed federation smoke" ${totals} ${time}>`,
    `  <testsuite name="federation, ${state}" ${totals} ${time}>`,
    ...ways.map((way) => `    ${testCase(way, report)}`),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(way: Way, report: SmokeReport): string {
  const head = `<testcase classname="federation" name="${xmlText(`a message ${wayText(way)}`)}" time="${seconds(way.latencyMs ?? 0)}">`;
  const { problem } = report;
  const kind = kindOf(way, report);
  if (kind === 'passed') return `${head}</testcase>`;
  if (kind === 'skipped') return `${head}<skipped message="The message the other way did not come."/></testcase>`;
  const message = xmlText(`${problem?.message ?? way.state} [${problem?.code ?? ''}]`);
  const text = xmlText([problem?.why, ...(problem?.try ?? [])].filter((line) => line !== undefined).join('\n'));
  return `${head}<${kind} type="${way.state}" message="${message}">${text}</${kind}></testcase>`;
}

function kindOf({ state }: Way, report: SmokeReport): 'passed' | 'failure' | 'error' | 'skipped' {
  if (report.state === 'unable') return 'error';
  if (state === 'arrived') return 'passed';
  return state === 'not tried' ? 'skipped' : 'failure';
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
