import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '@oclif/core/config';
import { normalizeArgv } from '@oclif/core/help';
import { type CommandContext, provideContext } from './context.ts';
import { processContext } from './process-context.ts';
import { reportFailure } from './report.ts';
import { unknownCommand } from './unknown-command.ts';

interface MainOptions {
  /** The folder of package.json. */
  readonly root: string;
  /** Where the commands are, relative to the root, if not where package.json says; the manifest is then ignored. */
  readonly commands?: string;
}

/**
 * Runs one command line. Never ends the process: the caller sets the exit code and lets output
 * drain, because a pipe with a slow reader still holds most of it (oclif's own `execute` gives up
 * after 10 s and cuts it).
 * @returns the exit code.
 */
export const main = async (
  argv: readonly string[],
  { root, commands }: MainOptions,
  context: CommandContext = processContext(),
): Promise<number> => {
  try {
    const config = await loadConfig(argv, root, commands);
    provideContext(config, context);
    return await dispatch([...argv], config, context);
  } catch (error) {
    return reportFailure(context, argv, error);
  }
};

/**
 * Loads oclif's configuration. The completion plugin costs as much as everything of ours together,
 * so it is only there for its own command; its topic stays in the help by package.json.
 */
const loadConfig = async (argv: readonly string[], root: string, commands: string | undefined): Promise<Config> => {
  const pjson = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Config['pjson'];
  const plugins = argv.slice(0, 2).includes('autocomplete') ? pjson.oclif.plugins : [];
  return await Config.load({
    root,
    pjson: { ...pjson, oclif: { ...pjson.oclif, plugins, commands: commands ?? pjson.oclif.commands } },
    // A command of src/ that can't be loaded is a bug to see, not a warning to read past.
    ...(commands === undefined ? {} : { ignoreManifest: true, errorOnManifestCreate: true }),
  });
};

const dispatch = async (argv: string[], config: Config, context: CommandContext): Promise<number> => {
  if (argv[0] === '--version') {
    context.io.stdout.write(`${config.userAgent}\n`);
    return 0;
  }
  if (argv[0] === 'help') return await dispatch([...argv.slice(1), '--help'], config, context);
  const found = findCommand(argv, config);
  if (wantsHelp(argv) || (found.command === undefined && config.findTopic(found.id) !== undefined)) {
    if (found.command === undefined && found.id !== '' && config.findTopic(found.id) === undefined)
      throw unknownCommand(found.id.split(':'), visibleIds(config));
    const { ContextHelp } = await import('./help.ts');
    await new ContextHelp(config, context.io.stdout).showHelp(found.id === '' ? [] : found.id.split(':'));
    return 0;
  }
  if (found.command === undefined) throw unknownCommand(found.id.split(':'), visibleIds(config));
  const command = await found.command.load();
  const code: unknown = await command.run(found.rest, config);
  return typeof code === 'number' ? code : 0;
};

/** The longest command that the words before the first flag name; the rest is its arguments. */
const findCommand = (
  argv: string[],
  config: Config,
): { id: string; command?: ReturnType<Config['findCommand']>; rest: string[] } => {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0);
  const [id = '', ...rest] = words.length === 0 ? ['', ...argv] : normalizeArgv(config, [...argv]);
  const parts = id.split(':');
  for (let length = parts.length; length > 0; length--) {
    const command = config.findCommand(parts.slice(0, length).join(':'));
    if (command !== undefined) return { id: command.id, command, rest: [...parts.slice(length), ...rest] };
  }
  return { id, rest };
};

const wantsHelp = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--');
  return argv.length === 0 || (end === -1 ? argv : argv.slice(0, end)).includes('--help');
};

const visibleIds = (config: Config): string[] => [
  ...config.commands.filter(({ hidden }) => !hidden).map(({ id }) => id),
  'autocomplete',
];
