import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { repositoryRoot } from './run-command.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);

/**
 * Fails unless a JSON answer, or one line of a command that goes on for long, is as schemas/ says:
 * the envelope by success.json or failure.json, its data (or the whole line) by the file of its schema.
 */
export const expectSchema = (answer: object): void => {
  const { schema, ok, data } = answer as { schema?: unknown; ok?: unknown; data?: unknown };
  expect(schema, 'every answer carries a schema').toEqual(expect.stringMatching(/^[a-z-]+\/\d+$/));
  const name = String(schema).split('/')[0] ?? '';
  if (ok === undefined) return expectValid(name, answer);
  expectValid(ok === true ? 'success' : 'failure', answer);
  if (ok === true || data !== undefined) expectValid(name, data);
};

const expectValid = (name: string, value: unknown): void => {
  const file = join(repositoryRoot, 'schemas', `${name}.json`);
  const validate = ajv.getSchema(file) ?? ajv.compile({ $id: file, ...readSchema(file) });
  expect(validate(value), `${name}.json: ${ajv.errorsText(validate.errors)}`).toBe(true);
};

const readSchema = (file: string): object => JSON.parse(readFileSync(file, 'utf8')) as object;
