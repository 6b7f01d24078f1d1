import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/lib/provision/artifacts/artifact.ts';
import { makeCa, type ThrowAwayCa } from '../../../src/sandbox/synapse/authority.ts';
import { artifactFolder } from '../../support/artifact-folder.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { exampleFacts } from '../../support/setup-facts.ts';

let ca: ThrowAwayCa;
const running: ChildProcess[] = [];

beforeAll(() => {
  ca = makeCa();
});
afterEach(() => {
  for (const nginx of running.splice(0)) nginx.kill('SIGKILL');
});
afterAll(() => ca.remove());

/** Debian keeps nginx out of the PATH of ordinary users. */
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
const argumentsOf = (folder: string): string[] => ['-p', folder, '-c', join(folder, 'nginx.conf')];

/** With a certificate of this test in place of Let's Encrypt's. */
const withOwnCertificate = ({ text }: Artifact): string =>
  text.replaceAll(/\/etc\/letsencrypt\/live\/[^/]+\/(fullchain|privkey)/g, '$1');

function writeConfiguration(folder: string, included: string): void {
  const { cert, key } = ca.certify('DNS:matrix.example.org', 'DNS:example.org');
  writeFileSync(join(folder, 'fullchain.pem'), cert);
  writeFileSync(join(folder, 'privkey.pem'), key);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const http = `access_log off;\n${paths.join('\n')}\n${included}`;
  const main = `daemon off;\nmaster_process off;\npid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}`;
  writeFileSync(join(folder, 'nginx.conf'), `${main}\nhttp {\n${http}\n}\n`);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const get = (port: number, host: string, path: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, servername: host, headers: { host }, ca: readFileSync(ca.caFile) },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      },
    );
    asked.on('error', reject).end();
  });

describe('the snippets for nginx', () => {
  it.each(['matrix.example.org', 'example.org'])('pass nginx -t where the federation host is %s', async (host) => {
    const folder = await artifactFolder(exampleFacts({ federationHost: host }), withOwnCertificate);
    const wellKnown =
      host === 'example.org'
        ? ''
        : 'server { listen 127.0.0.1:8081; server_name example.org; include nginx/matrix-well-known.conf; }';
    writeConfiguration(folder, `include nginx/matrix.conf;\n${wellKnown}`);
    const { status, stderr, error } = spawnSync('nginx', ['-t', ...argumentsOf(folder)], { encoding: 'utf8', env });
    if (error !== undefined) throw error;
    expect(status, stderr).toBe(0);
  });

  it('hand a path to the homeserver as it came, and .well-known to pages of every origin', async () => {
    const homeserver = await startHttpServer((_request, response) =>
      response.writeHead(200).end('from the homeserver'),
    );
    const port = await freePort();
    const facts = exampleFacts({ federationHost: 'example.org', homeserverUrl: homeserver.url });
    const folder = await artifactFolder(facts, (file) =>
      withOwnCertificate(file)
        .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
        .replaceAll(/^ +listen (\[::\]:443|8448|\[::\]:8448) ssl;\n/gm, ''),
    );
    writeConfiguration(folder, 'include nginx/matrix.conf;');
    running.push(spawn('nginx', argumentsOf(folder), { env, stdio: 'ignore' }));

    const path = '/_matrix/federation/v1/state/%21x%2Fy%3Aexample.org?event_id=%24a';
    const answer = await eventually(() => get(port, 'example.org', path));
    expect(answer.body).toBe('from the homeserver');
    expect(homeserver.seen.at(-1)?.url).toBe(path);
    const wellKnown = await get(port, 'example.org', '/.well-known/matrix/server');
    expect(wellKnown.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'content-type': 'application/json',
    });
    expect(JSON.parse(wellKnown.body)).toEqual({ 'm.server': 'example.org:443' });
    await homeserver.stop();
  });
});
