import type { Compilable, CompiledQuery } from 'kysely';
import type { Executor } from './schema.ts';

/** Stands for a value until the query runs. */
class Slot {
  readonly name: PropertyKey;
  constructor(name: PropertyKey) {
    this.name = name;
  }
}

type SlotOf<Values> = <Name extends keyof Values>(name: Name) => Values[Name];

interface PreparedResult<Row> {
  readonly rows: readonly Row[];
  /** Rows inserted, updated or deleted. */
  readonly changed: number;
}

export type PreparedQuery<Values, Row> = (values: Values, on?: Executor) => Promise<PreparedResult<Row>>;

/**
 * Builds and compiles a query once, at its first run. Kysely takes longer to compile a statement than
 * SQLite takes to run it, and the relay runs the same few for each message.
 *
 * @param build is given a function that makes the place of a value: `where('id', '=', slot('id'))`
 */
export function prepareQuery<Values, Row>(
  database: Executor,
  build: (slot: SlotOf<Values>) => Compilable<Row>,
): PreparedQuery<Values, Row> {
  let compiled: CompiledQuery<Row> | undefined;
  return async (values, on = database) => {
    compiled ??= build(((name: PropertyKey) => new Slot(name)) as unknown as SlotOf<Values>).compile();
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Slot ? values[parameter.name as keyof Values] : parameter,
    );
    const result = await on.executeQuery<Row>({ ...compiled, parameters });
    return { rows: result.rows, changed: Number(result.numAffectedRows ?? 0) };
  };
}
