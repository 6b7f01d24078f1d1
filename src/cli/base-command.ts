import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import type { InferredArgs, InferredFlags, LoadOptions } from '@oclif/core/interfaces';
import type { RcfedError } from '../lib/core/errors.ts';
import type { Log } from '../lib/core/log.ts';
import type { Secret } from '../lib/core/secret.ts';
import { type SchemaName, failure, success } from '../lib/output/envelope.ts';
import { asRcfedError } from '../lib/output/failure.ts';
import { harmless } from '../lib/output/terminal-text.ts';
import { type Progress, createProgress } from '../lib/output/progress.ts';
import { type View, renderView } from '../lib/output/view.ts';
import { type Answers, type Question, gatherAnswers, missingAnswers } from './answers.ts';
import { type CommandContext, contextOf } from './context.ts';
import { withEnvironment } from './flag-environment.ts';
import { type Settings, globalFlags } from './global-flags.ts';
import { logTo } from './log-lines.ts';
import { emptyArguments, fromParseError } from './parse-error.ts';
import { reportFailure, writeJson } from './report.ts';
import { readSecret } from './secret-flags.ts';
import { settingsFrom } from './settings.ts';

/** What a command found or did. Plain data: the base command prints it in the form asked for. */
export interface CommandResult<Data> {
  /** The `data` of the JSON answer; its shape is `schemas/<schema name>.json`. */
  readonly data: Data;
  /** What a person reads on stdout. */
  readonly view: View;
  /** Said on stderr, and in the JSON answer. */
  readonly warnings?: readonly string[];
  /** Said on stderr below the view, to people alone: how to see more of a list. In a pipe a list has nothing but its rows. */
  readonly hints?: readonly string[];
  /** Set if the result is not what was hoped for (drift found, some invites failed): its code sets the exit code. */
  readonly problem?: RcfedError;
  /** Only `profile show --reveal`: known secrets are not taken out of this result. */
  readonly reveals?: boolean;
}

type AnyCommand = typeof Command;
type FlagsOf<C extends AnyCommand> = InferredFlags<typeof globalFlags & C['flags']>;
type ArgsOf<C extends AnyCommand> = InferredArgs<C['args']>;

/**
 * Base of every command: parses, calls {@link execute}, prints. How to write one:
 * docs/notes/writing-a-command.md.
 */
export abstract class BaseCommand<C extends AnyCommand, Data> extends Command {
  static override baseFlags = globalFlags;
  /** `<name>/<major>` of the JSON answer; every command sets its own. */
  static schema: SchemaName;

  protected flags!: FlagsOf<C>;
  protected args!: ArgsOf<C>;
  /** All words that are no flags, in order; more than `args` where `strict` is false. */
  protected words!: readonly string[];
  protected settings!: Settings;
  protected context!: CommandContext;
  protected progress!: Progress;
  /** Structured lines on stderr; hand it to services. */
  protected logger!: Log;

  /**
   * As oclif's own, but with the configuration as given: oclif would load it a second time, which
   * costs time and loses the context that belongs to it.
   */
  static override async run<T extends Command>(
    this: new (argv: string[], config: Config) => T,
    argv: string[] = [],
    config?: LoadOptions,
  ): Promise<ReturnType<T['run']>> {
    return (await new this(argv, config as Config).run()) as ReturnType<T['run']>;
  }

  /** The command's work. `undefined` means that it printed everything itself with {@link event}. */
  protected abstract execute(): Promise<CommandResult<Data> | undefined>;

  /** @returns the exit code; main.ts hands it to the process. */
  override async run(): Promise<number> {
    this.context = contextOf(this.config);
    try {
      await this.prepare();
      const result = await this.execute();
      if (result !== undefined) this.print(result);
      return result?.problem?.exit ?? this.interruption()?.exit ?? 0;
    } catch (error) {
      return reportFailure(this.context, this.argv, this.interruption() ?? error);
    }
  }

  private interruption(): RcfedError | undefined {
    return this.context.signal.aborted ? asRcfedError(this.context.signal.reason) : undefined;
  }

  private async prepare(): Promise<void> {
    const known = { ...this.ctor.baseFlags, ...this.ctor.flags };
    const withoutEnv = Object.fromEntries(
      Object.entries(known).map(([name, flag]) => [name, { ...flag, env: undefined }]),
    );
    this.parsed = true; // oclif warns about an unparsed command even where parsing is what failed
    const argv = withEnvironment(this.argv, known, this.context.env);
    const command = this.ctor.id.replaceAll(':', ' ');
    try {
      const {
        flags,
        args,
        argv: words,
      } = await this.parse({ args: this.ctor.args, strict: this.ctor.strict, flags: withoutEnv }, argv);
      this.flags = withFalse(flags, known) as FlagsOf<C>;
      this.args = args as ArgsOf<C>;
      this.words = words as string[];
    } catch (error) {
      throw fromParseError(error, command, Object.keys(known));
    }
    const empty = emptyArguments(command, this.ctor.args, this.args);
    if (empty !== undefined) throw empty;
    this.settings = settingsFrom(this.flags, this.context);
    const { plain, quiet } = this.settings;
    const { io, clock } = this.context;
    const mode = quiet ? 'silent' : plain || !io.stderr.isTTY ? 'lines' : 'live';
    this.progress = createProgress({ stderr: io.stderr, mode, clock, scrub: (text) => this.asShown(text) });
    this.logger = logTo(this.context, this.settings);
  }

  private print(result: CommandResult<Data>): void {
    const { schema } = this.ctor as unknown as { schema: SchemaName };
    const { warnings = [], problem } = result;
    const { io } = this.context;
    if (this.settings.json) {
      const { data } = result;
      const envelope = problem ? failure(problem, warnings, { schema, data }) : success(schema, data, warnings);
      writeJson(this.context, envelope, result.reveals);
      return;
    }
    if (!this.settings.quiet) for (const warning of warnings) this.warning(warning);
    const text = harmless(renderView(result.view, io.stdout));
    io.stdout.write(result.reveals === true ? text : this.context.redactor.scrub(text));
    for (const hint of result.hints ?? []) this.say(hint);
    if (problem) reportFailure(this.context, this.argv, problem);
  }

  /** One line of stdout for commands that go on for long: the object under --json, else the text. */
  protected event(object: { readonly schema: SchemaName } & Readonly<Record<string, unknown>>, text: string): void {
    if (this.settings.json) this.context.io.stdout.write(`${this.context.redactor.scrub(JSON.stringify(object))}\n`);
    else this.context.io.stdout.write(`${this.asShown(text)}\n`);
  }

  /** One line on stderr for a person, also under --json; nothing with --quiet. */
  protected say(text: string): void {
    if (!this.settings.quiet) this.context.io.stderr.write(`${this.asShown(text)}\n`);
  }

  /** As people may be shown it: without secrets, and without what a terminal would obey. */
  private asShown(text: string): string {
    return harmless(this.context.redactor.scrub(text));
  }

  private warning(text: string): void {
    this.context.io.stderr.write(`Warning: ${this.asShown(text)}\n`);
  }

  /** Asks what is not given; see {@link gatherAnswers}. */
  protected ask<Asked extends Readonly<Record<string, Question<unknown>>>>(questions: Asked): Promise<Answers<Asked>> {
    return gatherAnswers(questions, { interactive: this.settings.interactive, prompts: this.context.prompts });
  }

  /** The secret that the flags of {@link secretFlags} or its variable give; undefined if none does. */
  protected secret(name: string): Promise<Secret | undefined> {
    return readSecret(name, this.flags, this.context);
  }

  /** True with --yes or a yes at the terminal. Without a terminal: exit 2, naming `--yes`. */
  protected async confirm(message: string): Promise<boolean> {
    if (this.settings.yes) return true;
    if (!this.settings.interactive) throw missingAnswers(['--yes']);
    return await this.context.prompts.confirm(message);
  }
}

/** oclif leaves out a boolean flag that is not given, although its types say that it is false. */
const withFalse = (flags: object, known: Readonly<Record<string, { readonly type: string }>>): object => ({
  ...Object.fromEntries(
    Object.entries(known).flatMap(([name, { type }]) => (type === 'boolean' ? [[name, false]] : [])),
  ),
  ...flags,
});
