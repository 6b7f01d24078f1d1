import { Low } from 'lowdb';
import * as v from 'valibot';
import type { Clock } from '../core/clock.ts';
import { RcfedError } from '../core/errors.ts';
import { withFileLock } from './file-lock.ts';
import { keepAside, readPrivateFile, writePrivateFile } from './private-file.ts';

/** A small JSON file of rcfed's own (profiles, journal, server list): checked when read, changed under a lock. */
export interface JsonFile<Content> {
  readonly path: string;
  /** The content, or `empty` if there is no file. */
  read(): Promise<Content>;
  /** Reads, lets `change` alter the content, and writes it, while no other process can. */
  update<Result>(change: (content: Content) => Result | Promise<Result>): Promise<Result>;
}

interface JsonFileOptions<Schema extends v.GenericSchema> {
  readonly path: string;
  readonly schema: Schema;
  readonly empty: () => v.InferOutput<Schema>;
  readonly clock: Clock;
}

/**
 * A file that can't be understood is moved aside and named in the error (RCFED_CONFIG_BROKEN): it is
 * never overwritten, and the next command starts afresh.
 */
export const jsonFile = <Schema extends v.GenericSchema>({
  path,
  schema,
  empty,
  clock,
}: JsonFileOptions<Schema>): JsonFile<v.InferOutput<Schema>> => {
  const open = (): Low<v.InferOutput<Schema>> =>
    new Low(
      {
        read: () => readChecked(path, schema),
        write: (content) => writePrivateFile(path, `${JSON.stringify(content, undefined, 2)}\n`),
      },
      empty(),
    );
  const loaded = async (): Promise<Low<v.InferOutput<Schema>>> => {
    const database = open();
    await database.read();
    return database;
  };
  return {
    path,
    read: async () => (await loaded()).data,
    update: (change) =>
      withFileLock(path, clock, async () => {
        const database = await loaded();
        const result = await change(database.data);
        await database.write();
        return result;
      }),
  };
};

const readChecked = async <Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | null> => {
  const text = await readPrivateFile(path);
  if (text === undefined) return null;
  const parsed = parseJson(text);
  if (parsed.ok) {
    const checked = v.safeParse(schema, parsed.value);
    if (checked.success) return checked.output;
    throw await broken(path, `Its field ${v.getDotPath(checked.issues[0]) ?? '(root)'} is not as expected.`);
  }
  throw await broken(path, 'It is not JSON.');
};

const parseJson = (text: string): { ok: true; value: unknown } | { ok: false } => {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
};

const broken = async (path: string, why: string): Promise<RcfedError> => {
  const message = `${path} can't be understood`;
  // Where nothing can be written it stays, and is as little of use.
  const aside = await keepAside(path).catch(() => undefined);
  if (aside === undefined) return new RcfedError('RCFED_CONFIG_BROKEN', message, { why });
  return new RcfedError('RCFED_CONFIG_BROKEN', `${message} and is kept as ${aside}`, {
    why,
    try: [`Mend the copy and bring it back: mv ${aside} ${path}`, 'Or start afresh: rcfed profile add'],
  });
};
