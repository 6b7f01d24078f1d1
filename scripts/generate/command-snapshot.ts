import type { Manifest } from './manifest.ts';

/**
 * What users rely on, in a form whose difference is easy to read in a review: a command, flag,
 * variable or schema that goes must be seen to go.
 */
export const commandSnapshot = ({ commands }: Manifest): string =>
  `${Object.values(commands)
    .flatMap((command) => [
      `${command.id.replaceAll(':', ' ')}${list('aliases', command.aliases)}${command.schema === undefined ? '' : ` schema=${command.schema}`}`,
      ...Object.values(command.args).map(
        ({ name, required }) => `  ${name.toUpperCase()}${required === true ? ' required' : ''}`,
      ),
      ...Object.values(command.flags)
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
        .map((flag) =>
          `  --${flag.name}${flag.char === undefined ? '' : ` -${flag.char}`} ${flag.type}${flag.type === 'option' && flag.options !== undefined ? `(${flag.options.join('|')})` : ''} ${flag.env ?? ''}`.trimEnd(),
        ),
    ])
    .join('\n')}\n`;

const list = (name: string, items: readonly string[]): string =>
  items.length === 0 ? '' : ` ${name}=${items.join(',')}`;
