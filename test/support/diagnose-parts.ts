import { systemClock } from '../../src/lib/core/clock.ts';
import type { ServerName } from '../../src/lib/core/ids.ts';
import type { Check, Outcome } from '../../src/lib/diagnose/check.ts';
import type { DiagnoseParts } from '../../src/lib/diagnose/context.ts';
import { runChecks } from '../../src/lib/diagnose/engine.ts';
import type { Probe } from '../../src/lib/diagnose/probe/probe.ts';
import type { Setup } from '../../src/lib/diagnose/setup.ts';

const nowhere = (what: string) => (): never => {
  throw new Error(`this test has no ${what}`);
};

/** A set-up of which nothing is there but what the test gives. */
export const noSetup = (given: Partial<Setup> = {}): Setup => ({
  profile: undefined,
  admin: undefined,
  files: [],
  workspace: nowhere('workspace'),
  homeserver: nowhere('homeserver'),
  registration: nowhere('registration'),
  bridge: nowhere('bridge'),
  checkStore: nowhere('store'),
  close: () => Promise.resolve(),
  ...given,
});

export const noProbe = (given: Partial<Probe> = {}): Probe => ({
  addresses: nowhere('addresses'),
  hasWay: () => Promise.resolve(true),
  services: () => Promise.resolve([]),
  aliasOf: () => Promise.resolve(undefined),
  connect: nowhere('network'),
  handshake: nowhere('network'),
  ask: nowhere('network'),
  ...given,
});

export const diagnoseParts = (given: Partial<DiagnoseParts> = {}): DiagnoseParts => ({
  setup: noSetup(),
  probe: noProbe(),
  seen: { keys: () => Promise.resolve(undefined), remember: () => Promise.resolve() },
  machine: { node: 'v24.15.0', engines: '>=24', rcfed: '1.0.0', freeBytes: () => Promise.resolve(2 ** 40) },
  clock: systemClock,
  log: () => {},
  env: {},
  own: 'example.org' as ServerName,
  partner: undefined,
  options: { deep: false, external: false, updates: false, allowPrivate: true },
  signal: new AbortController().signal,
  ...given,
});

/** What these checks find. Needs that are not among them count as met. */
export const findingsOf = (checks: readonly Check[], given: Partial<DiagnoseParts> = {}): Promise<readonly Outcome[]> =>
  runChecks(checks, diagnoseParts(given), { skip: new Set() });
