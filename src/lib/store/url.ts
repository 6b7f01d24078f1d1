import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a store is. `shown` is fit for messages: a password in a URL is left out. */
export type StoreUrl =
  | { readonly engine: 'sqlite'; readonly path: string; readonly shown: string }
  | { readonly engine: 'postgres'; readonly url: string; readonly shown: string };

/** Reads `PATH`, `sqlite:PATH`, `file:` URL, `postgres://…` or `postgresql://…`. */
export function parseStoreUrl(url: string): StoreUrl {
  if (/^postgres(ql)?:/.test(url)) return { engine: 'postgres', url, shown: withoutPassword(url) };
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : url;
  const path = file.startsWith('file:') ? fileURLToPath(file) : resolve(file);
  return { engine: 'sqlite', path, shown: path };
}

/** Query parameters may hold a password too (`?password=`, `?sslpassword=`): none is shown. */
function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'postgres://(not a valid URL)';
  const parsed = new URL(url);
  parsed.password = '';
  parsed.search = '';
  parsed.hash = '';
  return parsed.href;
}
