import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A token, password or key. Prints as `[redacted]` in JSON, template strings and `util.inspect`;
 * only {@link Secret.reveal} gives the value, at the one place that sends or encrypts it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
