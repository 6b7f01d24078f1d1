import { DeadlinePassed, withDeadline } from '../core/deadline.ts';
import { RcfedError } from '../core/errors.ts';
import type { ServerName } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { oneLine } from '../output/terminal-text.ts';
import { type Check, type Outcome, type Verdict, groups, skips } from './check.ts';
import type { CheckContext, DiagnoseParts, Subject } from './context.ts';
import { NameError, ProbeError } from './probe/probe.ts';
import { createGate } from './gate.ts';

/** So many checks of a group at once. */
const AT_ONCE = 8;
const DEADLINE_MS = 10_000;
/** Of a detail or a line of evidence, in characters. */
const LONGEST = 1000;
const DOCS = 'docs/checks.md';

/** A check, about a name or about none. */
interface Job {
  readonly check: Check;
  readonly subject: Subject | undefined;
}

interface RunOptions {
  /** Ids that are not looked at; what needs them is looked at all the same. */
  readonly skip: ReadonlySet<string>;
  /** Called for each outcome as it comes. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/**
 * Runs checks, group by group, those of a group side by side; a check needs only such of its own or earlier groups. A check whose need failed is skipped, so that one
 * cause is one red line; one that breaks is a `crash` and hides no other.
 *
 * @returns what each found, in the order of the groups and of `checks`
 */
export async function runChecks(
  checks: readonly Check[],
  parts: DiagnoseParts,
  { skip, onOutcome }: RunOptions,
): Promise<readonly Outcome[]> {
  const jobs = jobsOf(checks, parts);
  const facts = new Map<string, Promise<unknown>>();
  const running = new Map<string, Promise<readonly Outcome[]>>();
  const found = new Map<string, readonly Outcome[]>();
  const gate = createGate(AT_ONCE);

  const neededBy = ({ check, subject }: Job): readonly string[] =>
    (check.needs ?? []).map((id) => (running.has(keyOf(id, subject)) ? keyOf(id, subject) : id));

  const contextOf = (subject: Subject | undefined, signal: AbortSignal): CheckContext => ({
    ...parts,
    signal,
    subject,
    once: <Fact>(key: string, ask: () => Promise<Fact>): Promise<Fact> => {
      const known = facts.get(key) ?? ask();
      facts.set(key, known);
      return known as Promise<Fact>;
    },
    found: (id, name = subject?.name) => found.get(keyOf(id, name && { name })) ?? found.get(id) ?? [],
  });

  const look = async (job: Job): Promise<readonly Outcome[]> => {
    const { check, subject } = job;
    if (skip.has(check.id)) return [outcomeOf(job, skips('left out'), 0)];
    const unmet = reasonAgainst(check, parts) ?? (await failedNeed(neededBy(job), running));
    if (unmet !== undefined) return [outcomeOf(job, skips(unmet), 0)];
    return await gate(async () => {
      const startedAt = parts.clock.now();
      const took = (): number => parts.clock.now() - startedAt;
      try {
        const verdicts = await withDeadline(
          { clock: parts.clock, ms: check.deadlineMs ?? DEADLINE_MS, signal: parts.signal },
          (signal) => check.run(contextOf(subject, signal)),
        );
        return [verdicts].flat().map((verdict) => outcomeOf(job, verdict, took()));
      } catch (error) {
        parts.signal.throwIfAborted();
        return [broken(job, error, took())];
      }
    });
  };

  const outcomes: Outcome[] = [];
  for (const group of Object.keys(groups)) {
    const ofGroup = jobs.filter(({ check }) => check.group === group);
    for (const job of ofGroup) {
      const key = keyOf(job.check.id, job.subject);
      const looking = look(job).then((seen) => {
        found.set(key, seen);
        for (const outcome of seen) onOutcome?.(outcome);
        return seen;
      });
      // When all is called off the first that ends is told of, and nobody waits for the others any more.
      looking.catch(() => {});
      running.set(key, looking);
    }
    for (const job of ofGroup) outcomes.push(...((await running.get(keyOf(job.check.id, job.subject))) ?? []));
  }
  return outcomes;
}

const keyOf = (id: string, subject: { readonly name: ServerName } | undefined): string =>
  subject === undefined ? id : `${id}@${subject.name}`;

/** A check about names once for each; with neither name known once, to say so. */
function jobsOf(checks: readonly Check[], { own, partner }: DiagnoseParts): readonly Job[] {
  const subjects: Subject[] = [
    ...(own === undefined ? [] : [{ name: own, role: 'own' } as const]),
    ...(partner === undefined || partner === own ? [] : [{ name: partner, role: 'partner' } as const]),
  ];
  return inOrder(checks).flatMap((check): Job[] => {
    if (check.about !== 'name') return [{ check, subject: undefined }];
    return subjects.map((subject) => ({ check, subject }));
  });
}

/** Needs before what needs them, otherwise as listed: a check only ever waits for one that has begun. */
function inOrder(checks: readonly Check[]): readonly Check[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const sorted = new Set<Check>();
  const add = (check: Check, path: readonly string[]): void => {
    if (path.includes(check.id)) throw new Error(`checks need each other: ${[...path, check.id].join(' → ')}`);
    for (const id of check.needs ?? []) {
      const need = byId.get(id);
      if (need !== undefined && !sorted.has(need)) add(need, [...path, check.id]);
    }
    sorted.add(check);
  };
  for (const check of checks) add(check, []);
  return [...sorted];
}

function reasonAgainst({ when }: Check, { options, partner }: DiagnoseParts): string | undefined {
  if (when === 'partner') return partner === undefined ? 'needs --with SERVER' : undefined;
  if (when === 'updates') return options.updates ? undefined : 'asked for with --check-updates';
  return when === undefined || options[when] ? undefined : `asked for with --${when}`;
}

/** Why a check says nothing: the first of its needs that failed, or could not be looked at. */
async function failedNeed(
  needs: readonly string[],
  running: ReadonlyMap<string, Promise<readonly Outcome[]>>,
): Promise<string | undefined> {
  for (const key of needs) {
    const outcomes = (await running.get(key)) ?? [];
    const bad = outcomes.find(({ status }) => status === 'fail' || status === 'crash');
    if (bad !== undefined) return `needs ${bad.id}, which ${bad.status === 'fail' ? 'failed' : 'broke'}`;
    const unseen = outcomes.find(({ status, detail }) => status === 'skip' && detail !== 'left out');
    if (unseen !== undefined)
      return unseen.detail.startsWith('needs ') ? unseen.detail : `needs ${unseen.id}: ${unseen.detail}`;
  }
  return undefined;
}

function outcomeOf({ check, subject }: Job, verdict: Verdict, durationMs: number): Outcome {
  const { id, group, title } = check;
  const docs = `${DOCS}#${id.toLowerCase()}`;
  const about = subject && { subject: subject.name };
  const evidence = verdict.evidence && { evidence: verdict.evidence.map(shortened) };
  return { id, group, title, ...about, ...verdict, detail: shortened(verdict.detail), ...evidence, durationMs, docs };
}

/** Much of it is what a server said. */
const shortened = (text: string): string => oneLine(text).slice(0, LONGEST).toWellFormed();

function broken(job: Job, error: unknown, durationMs: number): Outcome {
  const expected = saidBy(error);
  if (expected !== undefined) return outcomeOf(job, { status: job.check.severity, ...expected }, durationMs);
  const told = error instanceof Error ? error : new Error(String(error));
  const { cure: _, ...outcome } = outcomeOf(job, { status: 'skip', detail: told.message }, durationMs);
  return {
    ...outcome,
    status: 'crash',
    evidence: (told.stack ?? '')
      .split('\n')
      .slice(1, 4)
      .map((line) => line.trim()),
  };
}

/** What servers, files and people do wrong is a finding, also where a check did not think of it; undefined: our bug. */
function saidBy(error: unknown): Omit<Verdict, 'status'> | undefined {
  if (error instanceof DeadlinePassed) return { detail: `There is no answer: ${error.message}.` };
  if (error instanceof RemoteError || error instanceof ProbeError || error instanceof NameError)
    return { detail: error.message };
  if (!(error instanceof RcfedError) || error.code === 'RCFED_BUG') return undefined;
  const { message: detail, why, try: commands } = error;
  return { detail, ...(why === undefined ? {} : { evidence: [why] }), cure: { text: 'What helps:', commands } };
}
