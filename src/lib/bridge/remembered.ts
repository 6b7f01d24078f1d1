import type { Portal } from '../store/portal-types.ts';

/** So many are kept; then all are made sure of anew, from the store. */
const LIMIT = 10_000;

/** What was made sure of for a person in a portal, so that each of their messages costs no query. */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>();

  get(portal: Pick<Portal, 'id'>, person: string): Value | undefined {
    return this.#values.get(`${portal.id} ${person}`);
  }

  set(portal: Pick<Portal, 'id'>, person: string, value: Value): void {
    if (this.#values.size >= LIMIT) this.#values.clear();
    this.#values.set(`${portal.id} ${person}`, value);
  }

  forgetPortal({ id }: Pick<Portal, 'id'>): void {
    for (const key of this.#values.keys()) if (key.startsWith(`${id} `)) this.#values.delete(key);
  }

  forget(portal: Pick<Portal, 'id'>, person: string): void {
    this.#values.delete(`${portal.id} ${person}`);
  }
}
