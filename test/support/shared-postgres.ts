import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { HOW_TO_GET_POSTGRES, startPostgres, type TestPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test file asks for a database, with the word that it must say. */
    postgresDesk: string;
  }
}

/**
 * For vitest's `globalSetup`: one PostgreSQL for the whole run, started when the first test asks for a
 * database, so that runs without such tests do not pay for it.
 */
export default function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<TestPostgres | undefined> | undefined;
  const word = randomBytes(16).toString('hex');
  const database = async (): Promise<string | undefined> => {
    started ??= startPostgres().then(announce);
    return (await started)?.url();
  };
  const desk = createServer((request, response) => {
    // A file's tests ask rarely: a connection kept open would be cut under one of them.
    response.setHeader('connection', 'close');
    if (request.url !== `/${word}`) return void response.writeHead(404).end();
    database().then(
      (url) => response.end(JSON.stringify({ url })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return new Promise((resolve) => {
    desk.listen(0, '127.0.0.1', () => {
      project.provide('postgresDesk', `http://127.0.0.1:${(desk.address() as AddressInfo).port}/${word}`);
      resolve(async () => {
        desk.close();
        desk.closeAllConnections();
        await (await started)?.stop();
      });
    });
  });
}

function announce(postgres: TestPostgres | undefined): TestPostgres | undefined {
  if (postgres !== undefined) return postgres;
  if (process.env['CI'] === 'true') throw new Error(`PostgreSQL is missing: ${HOW_TO_GET_POSTGRES}.`);
  process.stderr.write(`\n!!! NOT TESTED: the store on PostgreSQL. To test it: ${HOW_TO_GET_POSTGRES}.\n\n`);
  return undefined;
}

/**
 * URL of a new, empty database on the run's PostgreSQL; undefined where there is none (said once, loudly).
 * @throws with CI=true where there is none
 */
export async function postgresDatabase(): Promise<string | undefined> {
  const response = await fetch(inject('postgresDesk'));
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { url?: string }).url;
}
