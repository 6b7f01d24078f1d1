import { stringify } from 'yaml';

/** One file that helps to run the bridge, complete and ready to be written. */
export interface Artifact {
  /** Below the folder of all files, with `/`. */
  readonly path: string;
  readonly text: string;
  /** It holds a token or a password: only its owner may read it (0600). */
  readonly secret: boolean;
}

/** A file that everybody may read. */
export const openFile = (path: string, text: string): Artifact => ({ path, text, secret: false });

/** A file for its owner alone. */
export const privateFile = (path: string, text: string): Artifact => ({ path, text, secret: true });

/**
 * YAML with a comment on top that says what the file is for.
 * Long lines stay whole: a folded token or regular expression is hard to compare by eye. Strings are quoted
 * also where only YAML 1.1 would take them for something else: kubectl and Synapse read that (`no` is false).
 */
export function yamlText(comment: readonly string[], ...documents: readonly object[]): string {
  const head = comment.map((line) => `# ${line}`.trimEnd()).join('\n');
  const body = documents.map((document) =>
    stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
  );
  return `${head}\n${body.join('---\n')}`;
}

/** JSON as a web server hands it out: indented, with a line's end. */
export const jsonText = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
