/**
 * Prints "N passed, N failed" from vitest's JSON report. A file that could not be loaded counts as
 * one failure, and so does a failure outside of the tests (argument 2 is then not 0).
 */
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const read = (path: string): Report | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return undefined;
  }
};

const [path = '', status = '0'] = process.argv.slice(2);
const report = read(path);
const unloaded =
  report?.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length ?? 1;
const failed = (report?.numFailedTests ?? 0) + unloaded;
const counted = failed === 0 && status !== '0' ? 1 : failed;
process.stdout.write(`${report?.numPassedTests ?? 0} passed, ${counted} failed\n`);
process.exitCode = counted === 0 ? 0 : 1;
