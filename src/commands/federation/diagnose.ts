import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import {
  type ListedCheck,
  type PlainFinding,
  checkTable,
  listed,
  plain,
  repairLines,
  reportText,
  unwell,
} from '../../cli/diagnosis-view.ts';
import { diagnoseFlags } from '../../cli/diagnose-flags.ts';
import { withReach } from '../../cli/reach.ts';
import { loadProfile } from '../../lib/config/load-profile.ts';
import type { Profile } from '../../lib/config/profile.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import type { ServerName } from '../../lib/core/ids.ts';
import type { Check } from '../../lib/diagnose/check.ts';
import type { DiagnoseParts } from '../../lib/diagnose/context.ts';
import type { Diagnosis } from '../../lib/diagnose/diagnosis.ts';
import { ensureWritable, writeReport } from '../../lib/output/report-file.ts';
import { type SchemaName, failure, success } from '../../lib/output/envelope.ts';
import type { OpenOptions } from '../../lib/diagnose/open-parts.ts';
import type { Repaired } from '../../lib/diagnose/repair.ts';

type FederationDiagnoseData =
  | (Omit<Diagnosis, 'findings'> & {
      readonly findings: readonly PlainFinding[];
      readonly repaired: readonly Repaired[];
    })
  | { readonly checks: readonly ListedCheck[] };

type Answer = Omit<CommandResult<FederationDiagnoseData>, 'view'>;

const SCHEMA: SchemaName = 'federation-diagnose/1';
type WithParts = <Result>(use: (parts: DiagnoseParts) => Promise<Result>) => Promise<Result>;

const WATCH_MS = 15_000;

const enveloped = ({ data, problem }: Answer) =>
  problem === undefined ? success(SCHEMA, data, []) : failure(problem, [], { schema: SCHEMA, data });

export default class FederationDiagnose extends BaseCommand<typeof FederationDiagnose, FederationDiagnoseData> {
  static override summary = 'Find out why federation does not work, and what to do about it.';
  static override description =
    'Looks at this machine, the workspace, the bridge and how other servers see the homeserver. Each finding says what is wrong, what it was seen by and the cure. Nothing is changed without --fix, and then only what can do no harm. Exits with 1 if something fails.';
  static override aliases = ['federation:doctor'];
  static override examples = [
    '<%= config.bin %> federation diagnose',
    '<%= config.bin %> federation diagnose --with matrix.org',
    '<%= config.bin %> federation diagnose --only D4,T3 --verbose',
    '<%= config.bin %> federation diagnose --list-checks',
    '<%= config.bin %> federation diagnose --format junit --output report.xml',
  ];
  static override schema = SCHEMA;
  static override flags = diagnoseFlags;

  protected async execute(): Promise<CommandResult<FederationDiagnoseData> | undefined> {
    const { allChecks } = await import('../../lib/diagnose/checks/all.ts');
    if (this.flags['list-checks']) return { data: { checks: allChecks.map(listed) }, view: [checkTable(allChecks)] };
    const partner = this.flags.with as ServerName | undefined;
    const profile = await this.profileIfNeeded(partner);
    const command = { context: this.context, settings: this.settings, logger: this.logger };
    return await withReach(profile ?? { caFile: undefined, timeoutMs: undefined }, command, async (reach) => {
      const withParts: WithParts = (use) => this.withParts({ profile, partner, reach }, use);
      if (this.flags.watch) return await this.watch(allChecks, withParts);
      return await withParts((parts) => this.lookOnce(allChecks, parts));
    });
  }

  /** Opens what checks are made with, and closes it: where no bridge runs the store is ours meanwhile. */
  private async withParts<Result>(
    { profile, partner, reach }: Pick<OpenOptions, 'profile' | 'partner' | 'reach'>,
    use: (parts: DiagnoseParts) => Promise<Result>,
  ): Promise<Result> {
    const { openParts } = await import('../../lib/diagnose/open-parts.ts');
    const { deep, external, 'check-updates': updates, 'allow-private': allowPrivate } = this.flags;
    const { parts, close } = await openParts({
      profile,
      partner,
      reach,
      folders: this.context.folders,
      env: this.context.env,
      machine: {
        node: process.version,
        engines: this.config.pjson.engines?.node ?? '*',
        rcfed: this.config.version,
      },
      caFile: this.settings.caFile ?? profile?.caFile,
      options: { deep, external, updates, allowPrivate },
    });
    try {
      return await use(parts);
    } finally {
      await close();
    }
  }

  /** Without one only another server can be looked at. */
  private async profileIfNeeded(partner: string | undefined): Promise<Profile | undefined> {
    try {
      return await loadProfile(this.context, this.settings.profile);
    } catch (error) {
      const isMissing = error instanceof RcfedError && error.code === 'RCFED_PROFILE_MISSING';
      if (isMissing && partner !== undefined && this.settings.profile === undefined) return undefined;
      throw error;
    }
  }

  private async look(checks: readonly Check[], parts: DiagnoseParts): Promise<Diagnosis> {
    const { diagnose } = await import('../../lib/diagnose/diagnose.ts');
    const request = { only: this.flags.only ?? [], skip: this.flags.skip ?? [] };
    return await this.progress.wait('Looking', () => diagnose(checks, parts, request));
  }

  private async lookOnce(
    checks: readonly Check[],
    parts: DiagnoseParts,
  ): Promise<CommandResult<FederationDiagnoseData>> {
    const { output, bundle, format = 'human' } = this.flags;
    for (const path of [output, bundle]) if (path !== undefined) await ensureWritable(path);
    let diagnosis = await this.look(checks, parts);
    const repaired = this.flags.fix ? await this.mend(diagnosis) : [];
    if (repaired.some(({ problem }) => problem === undefined)) diagnosis = await this.look(checks, parts);
    const answer = await this.answerOf(diagnosis, repaired);
    if (bundle !== undefined) await this.writeFile(bundle, this.bundle(answer.data));
    const done = repairLines(repaired);
    // A program reads the report: nothing else may stand before it.
    const isAlone = format !== 'human' && output === undefined;
    if (isAlone) for (const line of done) this.say(line);
    return { ...answer, view: [...(isAlone ? [] : done), ...(await this.report(diagnosis, answer))] };
  }

  private async answerOf(diagnosis: Diagnosis, repaired: readonly Repaired[]): Promise<Answer> {
    const { isUnwell } = await import('../../lib/diagnose/diagnosis.ts');
    const data = { ...diagnosis, findings: diagnosis.findings.map(plain), repaired };
    return { data, ...(isUnwell(diagnosis, this.flags.strict) ? { problem: unwell(diagnosis) } : {}) };
  }

  private async mend(diagnosis: Diagnosis): Promise<readonly Repaired[]> {
    const { repairAll } = await import('../../lib/diagnose/repair.ts');
    return await repairAll(diagnosis.findings, ({ shown }, { id, detail }) => {
      this.say(`${id}: ${detail}`);
      return this.confirm(`Do this: ${shown}`);
    });
  }

  private async watch(checks: readonly Check[], withParts: WithParts): Promise<undefined> {
    const { clock, signal } = this.context;
    while (!signal.aborted) {
      const diagnosis = await withParts((parts) => this.look(checks, parts));
      const answer = await this.answerOf(diagnosis, []);
      const text = (await reportText('human', diagnosis, this.reading())).join('\n');
      this.event({ ...enveloped(answer) }, `${diagnosis.startedAt}\n${text}`);
      await clock.sleep(WATCH_MS, signal).catch(() => {});
    }
  }

  private reading(): { verbose: boolean; strict: boolean } {
    return { verbose: this.settings.verbose, strict: this.flags.strict };
  }

  private async report(diagnosis: Diagnosis, answer: Answer): Promise<readonly string[]> {
    const { format = 'human', output } = this.flags;
    const text =
      format === 'json'
        ? [JSON.stringify(enveloped(answer), undefined, 2)]
        : await reportText(format, diagnosis, this.reading());
    if (output === undefined) return text;
    await this.writeFile(output, `${text.join('\n')}\n`);
    return [`The report is in ${output}.`];
  }

  private bundle(data: FederationDiagnoseData): string {
    const { version, platform, versions } = process;
    const about = { rcfed: this.config.version, node: version, platform, openssl: versions.openssl };
    return `${JSON.stringify({ schema: 'federation-diagnose-bundle/1', about, ...data }, undefined, 2)}\n`;
  }

  private writeFile(path: string, text: string): Promise<void> {
    return writeReport(path, this.context.redactor.scrub(text));
  }
}
