import { errorCatalogue } from '../../src/lib/core/error-catalogue.ts';
import { pageOf, tableOf } from './markdown.ts';
import type { Manifest, ManifestCommand } from './manifest.ts';

type FlagEntry = ManifestCommand['flags'][string];

/** Markdown pages from the manifest: one a command, and an index with what holds for all. */
export const commandPages = ({ commands }: Manifest): Record<string, string> => {
  const visible = Object.values(commands).filter(({ hidden }) => hidden !== true);
  return {
    'docs/commands/README.md': indexPage(visible),
    ...Object.fromEntries(visible.map((command) => [`docs/commands/${fileName(command)}`, commandPage(command)])),
  };
};

const fileName = ({ id }: ManifestCommand): string => `${id.replaceAll(':', '-')}.md`;
const typed = ({ id }: ManifestCommand): string => `rcfed ${id.replaceAll(':', ' ')}`;
const filled = (text: string): string => text.replaceAll('<%= config.bin %>', 'rcfed');

const indexPage = (commands: readonly ManifestCommand[]): string => {
  const [first] = commands;
  const globals = Object.values(first?.flags ?? {}).filter(isGlobal);
  return pageOf([
    '# Commands',
    'Made from the code by `npm run generate`.',
    tableOf(
      ['Command', 'Does'],
      commands.map((command) => [`[${typed(command)}](${fileName(command)})`, command.summary ?? '']),
    ),
    '## Flags of every command',
    flagTable(globals),
    'Precedence: flag, environment variable, profile, default.',
    '## Exit codes',
    tableOf(['Code', 'Means'], exitCodes),
    '## Errors',
    'Each has a code in brackets at the end of its first line, and in `error.code` of the JSON answer.',
    tableOf(
      ['Code', 'Exit', 'Again?', 'Try'],
      Object.entries(errorCatalogue).map(([code, { exit, retryable, try: cures }]) => [
        `\`${code}\``,
        String(exit),
        retryable ? 'yes' : 'no',
        cures.join(' · '),
      ]),
    ),
  ]);
};

const exitCodes = [
  ['0', 'done, or already so'],
  ['1', 'what was checked is not so; the other side refused'],
  ['2', 'usage; a needed answer missing'],
  ['3', 'profile or configuration missing or invalid'],
  ['4', 'not logged in, not allowed'],
  ['5', 'network: DNS, TCP, TLS, time-out'],
  ['8', 'still pending after --wait'],
  ['9', 'partly done'],
  ['70', 'a bug of rcfed'],
  ['130 / 143', 'SIGINT / SIGTERM'],
];

const commandPage = (command: ManifestCommand): string => {
  const flags = Object.values(command.flags).filter((flag) => !isGlobal(flag) && flag.hidden !== true);
  const args = Object.values(command.args);
  const usage = [
    typed(command),
    ...args.map(({ name, required }) => (required === true ? name.toUpperCase() : `[${name.toUpperCase()}]`)),
  ];
  const examples = (command.examples ?? []).map((example) =>
    filled(typeof example === 'string' ? example : example.command),
  );
  return pageOf([
    `# ${typed(command)}`,
    command.summary ?? '',
    filled(command.description ?? ''),
    code([`${usage.join(' ')}${flags.length > 0 ? ' [FLAGS]' : ''}`]),
    command.aliases.length > 0
      ? `Also: ${command.aliases.map((alias) => `\`rcfed ${alias.replaceAll(':', ' ')}\``).join(', ')}.`
      : '',
    args.length > 0 ? '## Arguments' : '',
    args.length > 0
      ? tableOf(
          ['Argument', 'Is'],
          args.map(({ name, description }) => [`\`${name.toUpperCase()}\``, description ?? '']),
        )
      : '',
    flags.length > 0 ? '## Flags' : '',
    flags.length > 0 ? flagTable(flags) : '',
    'The [flags of every command](README.md#flags-of-every-command) hold too.',
    examples.length > 0 ? '## Examples' : '',
    examples.length > 0 ? code(examples) : '',
    command.schema === undefined
      ? ''
      : `## JSON\n\n\`--json\` answers with \`"schema": "${command.schema}"\`: [${schemaFile(command.schema)}](../../schemas/${schemaFile(command.schema)}).`,
  ]);
};

const schemaFile = (schema: string): string => `${schema.split('/')[0]}.json`;
const isGlobal = (flag: FlagEntry): boolean => flag.helpGroup === 'GLOBAL';

const flagTable = (flags: readonly FlagEntry[]): string =>
  tableOf(
    ['Flag', 'Variable', 'Does'],
    flags
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
      .map((flag) => [
        `\`${flagUsage(flag)}\``,
        flag.env === undefined ? '' : `\`${flag.env}\``,
        filled(flag.summary ?? flag.description ?? ''),
      ]),
  );

const flagUsage = (flag: FlagEntry): string => {
  const short = flag.char === undefined ? '' : `-${flag.char}, `;
  if (flag.type === 'boolean') return `${short}--${flag.allowNo === true ? '[no-]' : ''}${flag.name}`;
  const value = flag.options?.join('|') ?? flag.helpValue ?? 'VALUE';
  return `${short}--${flag.name} ${String(value)}${flag.multiple === true ? ' …' : ''}`;
};

const code = (lines: readonly string[]): string =>
  ['```console', ...lines.map((line) => `$ ${line}`), '```'].join('\n');
