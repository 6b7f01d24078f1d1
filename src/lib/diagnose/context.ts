import type { Clock } from '../core/clock.ts';
import type { ServerName } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Probe } from './probe/probe.ts';
import type { SeenKeys } from './seen-keys.ts';
import type { Setup } from './setup.ts';

/** A server name that is looked at. */
export interface Subject {
  readonly name: ServerName;
  readonly role: 'own' | 'partner';
}

export interface DiagnoseOptions {
  readonly deep: boolean;
  readonly external: boolean;
  readonly updates: boolean;
  /** Names in remote documents may lead to private addresses: set-ups behind a firewall. */
  readonly allowPrivate: boolean;
}

/** The program itself, and what runs it. */
export interface Machine {
  readonly node: string;
  /** As package.json wants it. */
  readonly engines: string;
  readonly rcfed: string;
  /** Bytes that can still be written into a folder; undefined: it is not known. */
  freeBytes(folder: string): Promise<number | undefined>;
}

/** What checks are made with. */
export interface DiagnoseParts {
  readonly setup: Setup;
  readonly probe: Probe;
  readonly seen: SeenKeys;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly own: ServerName | undefined;
  readonly partner: ServerName | undefined;
  readonly options: DiagnoseOptions;
  readonly signal: AbortSignal;
}

/** What one check is run with. */
export interface CheckContext extends DiagnoseParts {
  /** Set for checks about a name. */
  readonly subject: Subject | undefined;
  /**
   * A fact that several checks need is asked for once in a run: the first one asks, all get its answer or its
   * error.
   */
  once<Fact>(key: string, ask: () => Promise<Fact>): Promise<Fact>;
  /** What has been found so far, by check id; of the same subject where the check is about one. */
  found(id: string, subject?: ServerName): readonly { readonly status: string; readonly detail: string }[];
}

/** The other server; checks with `when: 'partner'` run only where there is one. */
export function partnerOf({ partner }: Pick<CheckContext, 'partner'>): ServerName {
  if (partner === undefined) throw new Error('this check is about another server, and there is none');
  return partner;
}

/** The name that a check about names looks at. */
export function subjectOf({ subject }: CheckContext): Subject {
  if (subject === undefined) throw new Error('this check is about a server name, and there is none');
  return subject;
}
