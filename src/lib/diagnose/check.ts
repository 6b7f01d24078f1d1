import type { CheckContext } from './context.ts';

/** How bad it is if what a check wants is not so. */
export type Severity = 'fail' | 'warn' | 'info';

/** `skip`: not looked at, and why. `crash`: the check itself broke, which is our bug and hides no other check. */
export type Status = 'pass' | Severity | 'skip' | 'crash';

/** In the order in which they run and are shown. */
export const groups = {
  machine: 'This machine and profile',
  workspace: 'Rocket.Chat',
  bridge: 'The bridge',
  native: "Rocket.Chat's own federation",
  legacy: "Rocket.Chat's older bridge",
  discovery: 'Discovery of the server name',
  transport: 'Transport',
  keys: 'Keys',
  federation: 'Federation API',
  partner: 'The other server',
} as const;

export type Group = keyof typeof groups;

/**
 * One thing that must hold. It asks and judges; it prints nothing and changes nothing. Each is a file of its own in
 * checks/, named by its id.
 */
export interface Check {
  /** `D4`; released ones keep their meaning. */
  readonly id: string;
  readonly group: Group;
  /** What holds when it passes: "The certificate is valid for the name". */
  readonly title: string;
  /** The worst that it can say. */
  readonly severity: Severity;
  /** Whether `--fix` can mend it, or only says how. */
  readonly fix: 'automatic' | 'printed';
  /** For the documentation: why it matters and what people see when it is not so; Markdown. */
  readonly why: string;
  /** Checks without which this one says nothing: it is skipped when one of them failed. */
  readonly needs?: readonly string[];
  /** Checks of earlier groups whose findings it sums up, whatever they are: looked at whenever it is. */
  readonly reads?: readonly string[];
  /**
   * Only when asked for. deep: it sends bodies or messages. external: it tells a third party the server name.
   * updates: it asks the package registry. partner: there is another server to look at.
   */
  readonly when?: 'deep' | 'external' | 'updates' | 'partner';
  /** Once for each server name that is looked at, the own one and the partner's. Unset: once. */
  readonly about?: 'name';
  /** ms; unset: 10 s. */
  readonly deadlineMs?: number;
  run(context: CheckContext): Promise<Verdict | readonly Verdict[]>;
}

/** What a check found. Plain data but for the repair. */
export interface Verdict {
  readonly status: Exclude<Status, 'crash'>;
  /** What is so, one sentence with the names and numbers in it. */
  readonly detail: string;
  /** What it was seen by; secrets are taken out when it is printed. */
  readonly evidence?: readonly string[];
  /** What does not work because of it, for people. */
  readonly affects?: readonly string[];
  /** Results of several addresses are kept apart. */
  readonly address?: string;
  readonly cure?: Cure;
}

export interface Cure {
  readonly text: string;
  /** Complete commands. */
  readonly commands?: readonly string[];
  readonly config?: { readonly file: string; readonly lines: readonly string[] };
  /** What `--fix` does, after showing it: only what can't do harm. */
  readonly repair?: Repair;
}

export interface Repair {
  /** As a person reads it before agreeing: `chmod 600 /home/…`, `FileUpload_MaxFileSize 104857600 → 52428800`. */
  readonly shown: string;
  readonly run: () => Promise<void>;
}

export interface Finding extends Verdict {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** The server name that was looked at, where the check is about one. */
  readonly subject?: string;
  /** ms; 0 for what was skipped. */
  readonly durationMs: number;
  /** Page that explains it. */
  readonly docs: string;
}

/** As {@link Finding}, or that the check itself broke. */
export type Outcome =
  | Finding
  | (Omit<Finding, 'status' | 'cure'> & { readonly status: 'crash'; readonly cure?: never });

export const passes = (detail: string, more: Omit<Partial<Verdict>, 'status' | 'detail'> = {}): Verdict => ({
  status: 'pass',
  detail,
  ...more,
});

/** Not looked at: there is nothing to look at, or it is not known. */
export const skips = (detail: string): Verdict => ({ status: 'skip', detail });
