import type { HomeserverRequest } from './homeserver-http.ts';

export function definedQuery(query: HomeserverRequest['query']): Record<string, string | string[]> {
  const defined: Record<string, string | string[]> = {};
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined) defined[key] = typeof value === 'object' ? [...value] : String(value);
  }
  return defined;
}

export function headersOf(request: HomeserverRequest, wantsJson: boolean): Record<string, string> {
  const headers: Record<string, string> = wantsJson ? { Accept: 'application/json' } : {};
  if (request.bytes !== undefined) headers['Content-Type'] = request.bytes.contentType;
  else if (request.json !== undefined) headers['Content-Type'] = 'application/json';
  return headers;
}

/**
 * The body as text: the SDK recognises an object by its `constructor`, which an event's content may
 * have as an ordinary key. A lone surrogate is replaced, since Synapse answers it with 500 for ever.
 */
export function bodyOf(request: HomeserverRequest): string | Uint8Array | undefined {
  if (request.bytes !== undefined) return request.bytes.body;
  if (request.json === undefined) return undefined;
  const text = JSON.stringify(request.json);
  if (!/\\ud[89a-f]/i.test(text)) return text;
  return JSON.stringify(request.json, (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
}
