/**
 * Compares what is seen with what should be. An object may have more than is expected of it, a list may
 * not, and `undefined` means that the key is not there. A RegExp fits a text that it matches.
 * @throws Error that names in one line the first thing that differs
 */
export function expectLike(actual: unknown, expected: unknown, what: string): void {
  if (expected instanceof RegExp) {
    if (typeof actual !== 'string' || !expected.test(actual)) differ(actual, expected, what);
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differ(actual, expected, what);
    for (const [index, each] of expected.entries()) expectLike(actual[index], each, `${what}[${index}]`);
  } else if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return differ(actual, expected, what);
    for (const [key, value] of Object.entries(expected))
      expectLike((actual as Record<string, unknown>)[key], value, `${what}.${key}`);
  } else if (!Object.is(actual, expected)) differ(actual, expected, what);
}

/** As {@link expectLike}, but for an empty object, which an object with keys would fit. */
export function expectEmpty(actual: object | undefined, what: string): void {
  if (actual === undefined || Object.keys(actual).length > 0) differ(actual, {}, what);
}

function differ(actual: unknown, expected: unknown, what: string): never {
  throw new Error(`${what} is ${shortly(actual)} instead of ${shortly(expected)}`);
}

function shortly(value: unknown): string {
  if (value instanceof RegExp) return String(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
