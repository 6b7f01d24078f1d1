import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadAdminProfile } from '../../src/lib/config/load-profile.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { createRedactor } from '../../src/lib/output/redactor.ts';
import type { SandboxView } from '../../src/sandbox/up.ts';

/** Everything of the sandbox's bridge that nobody may see: of its account, its registration and its files. */
export async function secretsOf({ bridge }: SandboxView): Promise<readonly string[]> {
  const registration = await readFile(bridge?.registration ?? '', 'utf8');
  const [asToken, hsToken] = ['as_token', 'hs_token'].map(
    (field) => new RegExp(`${field}: "?([^"\\s]+)`).exec(registration)?.[1] ?? '',
  );
  const folder = bridge?.environment['RCFED_CONFIG_DIR'] ?? '';
  const key = (await readFile(join(folder, 'key'), 'utf8')).trim();
  const folders = { config: folder, data: folder, cache: folder };
  const profile = await loadAdminProfile(
    { env: {}, folders, clock: systemClock, redactor: createRedactor() },
    bridge?.profile ?? '',
  );
  const all = [profile.workspace.token?.reveal() ?? '', asToken ?? '', hsToken ?? '', key];
  for (const secret of all) expect(secret.length).toBeGreaterThan(20);
  return all;
}
