import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { globalFlags } from '../../../src/cli/global-flags.ts';
import { smokeFlags } from '../../../src/cli/smoke-flags.ts';
import { repositoryRoot } from '../../support/run-command.ts';

const flags = Object.entries({ ...globalFlags, ...smokeFlags });
/** A secret comes by file, by stdin, or by the variable without either word. */
const variables = new Set(flags.flatMap(([, { env = '' }]) => [env, env.replace(/_(FILE|STDIN)$/, '')]));

let page: string;
let examples: readonly string[];
beforeAll(async () => {
  page = await readFile(join(repositoryRoot, 'docs/ci.md'), 'utf8');
  examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
});

describe('the page about CI', () => {
  it('names only variables that the command reads', () => {
    const named = new Set(page.match(/RCFED_[A-Z_]+/g));
    expect(named.size).toBeGreaterThan(5);
    expect([...named].filter((name) => !variables.has(name))).toEqual([]);
  });

  it('gives each example all that the command needs, and only flags that it has', () => {
    expect(examples).toHaveLength(2);
    for (const example of examples) {
      for (const name of [
        'RCFED_WORKSPACE_URL',
        'RCFED_SMOKE_WORKSPACE_USER_ID',
        'RCFED_SMOKE_WORKSPACE_TOKEN',
        'RCFED_HOMESERVER_URL',
        'RCFED_SMOKE_HOMESERVER_TOKEN',
      ])
        expect(example).toContain(name);
      const line = /rcfed federation smoke (.*)/.exec(example)?.[1] ?? '';
      const known = flags.map(([name]) => `--${name}`);
      expect(line.match(/--[a-z-]+/g)?.filter((flag) => !known.includes(flag))).toEqual([]);
    }
  });

  it('has examples that are YAML, and let a slow bridge pass with a warning', () => {
    const [github, gitlab] = examples.map((text) => parse(text) as Record<string, unknown>);
    expect(github).toMatchObject({ jobs: { smoke: { steps: [{}, { run: expect.stringContaining('-eq 8') }, {}] } } });
    expect(gitlab).toMatchObject({
      federation: { allow_failure: { exit_codes: 8 }, artifacts: { reports: { junit: 'smoke.xml' } } },
    });
  });
});
