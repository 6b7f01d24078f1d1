import { parse } from 'yaml';
import type { Artifact } from '../../src/lib/provision/artifacts/artifact.ts';
import { FILE_KINDS } from '../../src/lib/provision/artifacts/file-kinds.ts';
import { artifactsOf } from '../../src/lib/provision/artifacts/kinds.ts';
import type { SetupFacts } from '../../src/lib/provision/artifacts/setup-facts.ts';
import { exampleFacts } from './setup-facts.ts';

/** Every file that can be written, by path. */
export const written = async (facts: SetupFacts = exampleFacts()): Promise<ReadonlyMap<string, Artifact>> =>
  new Map((await artifactsOf(facts, FILE_KINDS)).map((file) => [file.path, file]));

export const textOf = (files: ReadonlyMap<string, Artifact>, path: string): string => {
  const text = files.get(path)?.text;
  if (text === undefined) throw new Error(`no ${path} among ${[...files.keys()].join(', ')}`);
  return text;
};

export const yamlOf = <Content = Record<string, unknown>>(
  files: ReadonlyMap<string, Artifact>,
  path: string,
): Content => parse(textOf(files, path)) as Content;
