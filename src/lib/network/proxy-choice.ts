import { RcfedError } from '../core/errors.ts';

/** The variables that say which proxy to take; the lower-case name wins, as with curl. */
export interface ProxyEnvironment {
  readonly [name: string]: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'ws:': '80', 'https:': '443', 'wss:': '443' };

function variable(env: ProxyEnvironment, name: string): string {
  return (env[name.toLowerCase()] ?? env[name] ?? '').trim();
}

/** True when any request at all may go through a proxy. */
export function namesProxy(env: ProxyEnvironment): boolean {
  return variable(env, 'HTTPS_PROXY') !== '' || variable(env, 'HTTP_PROXY') !== '';
}

/**
 * The proxy for a URL: `HTTPS_PROXY` for https and wss, `HTTP_PROXY` for http and ws, unless
 * `NO_PROXY` names its host. REST, WebSocket and media all ask here, so that they agree.
 * @throws RcfedError RCFED_PROXY_INVALID when the variable is no http or https URL.
 */
export function proxyFor(url: URL, env: ProxyEnvironment): URL | undefined {
  const name = url.protocol === 'https:' || url.protocol === 'wss:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = variable(env, name);
  if (value === '' || isExempt(url, variable(env, 'NO_PROXY'))) return undefined;
  const withScheme = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (proxy?.protocol !== 'http:' && proxy?.protocol !== 'https:') {
    throw new RcfedError('RCFED_PROXY_INVALID', `${name} names no proxy that rcfed can use`, {
      why: 'It must be the URL of an HTTP proxy: http://proxy.example.org:3128',
    });
  }
  return proxy;
}

/**
 * `NO_PROXY`: names separated by commas or spaces. `example.org`, `.example.org` and `*.example.org`
 * each mean that host and all below it; `host:port` only that port; `*` everything.
 */
function isExempt(url: URL, noProxy: string): boolean {
  const host = bare(url.hostname);
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, onlyPort] = /^(\[.+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      const wanted = bare(name).replace(/^\*?\./, '');
      return host === wanted || host.endsWith(`.${wanted}`);
    });
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase();
}
