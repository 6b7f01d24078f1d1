/** Node's own fetch: knows no proxy and no CA file. For where nobody set either; others take a `Network`'s. */
export const directFetch: typeof globalThis.fetch = globalThis.fetch;
