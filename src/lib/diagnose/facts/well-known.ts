import { parseServerName } from '../../matrix/server-name.ts';
import { type CheckContext, subjectOf } from '../context.ts';
import { type Address, NameError, ProbeError, type WebAnswer } from '../probe/probe.ts';
import { addressesOf, mayFollow } from './addresses.ts';
import { bracketed, namePartsOf } from './name-parts.ts';

const PATH = '/.well-known/matrix/server';
/** As other servers do: https://spec.matrix.org/v1.17/server-server-api/#resolving-server-names */
const MOST_REDIRECTS = 10;

/** What one address of the server name says in its .well-known document. */
export interface WellKnown {
  readonly address: string;
  /**
   * found: it names a server. absent: there is none, which is allowed. bad: there is one that nobody can use.
   * unreachable: nothing answers at port 443, which is allowed too.
   */
  readonly outcome: 'found' | 'absent' | 'bad' | 'unreachable';
  /** `m.server`, where it is one. */
  readonly delegate: string | undefined;
  /** What is wrong, or why there is none. */
  readonly problem: string | undefined;
  /** What in `problem` is told by: HTML, JSON, grammar … */
  readonly cause: 'html' | 'json' | 'grammar' | 'size' | 'redirect' | 'status' | 'connection' | 'certificate' | undefined;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Status codes of the redirects on the way. */
  readonly redirects: readonly number[];
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** The document of each address of the server name; empty where the name allows none, or has no address. */
export function wellKnownOf(context: CheckContext): Promise<readonly WellKnown[]> {
  const { name } = subjectOf(context);
  return context.once(`well-known:${name}`, async () => {
    const { host, port, isLiteral } = namePartsOf(name);
    if (isLiteral || port !== undefined) return [];
    const addresses = await addressesOf(context, host).catch((error: unknown) => {
      // Such a name may have nothing but an SRV record.
      if (error instanceof NameError && error.reason === 'unknown') return [];
      throw error;
    });
    return await Promise.all(addresses.map((address) => documentAt(context, address, host)));
  });
}

async function documentAt(context: CheckContext, address: Address, host: string): Promise<WellKnown> {
  const redirects: number[] = [];
  const found = (more: Partial<WellKnown> & Pick<WellKnown, 'outcome'>): WellKnown => ({
    address: address.address,
    delegate: undefined,
    problem: undefined,
    cause: undefined,
    contentType: '',
    cacheControl: '',
    redirects,
    ...more,
  });
  let place: Place = { host, port: 443, path: PATH };
  let at = address;
  const seen = new Set<string>();
  let distrusted: string | undefined;
  try {
    for (;;) {
      const answer = await context.probe.ask({ ...place, address: at.address });
      const to = answer.headers['location'];
      distrusted ??= answer.distrusted;
      if (answer.status < 300 || answer.status >= 400 || to === undefined) {
        const said = judged(answer);
        if (said.outcome !== 'found' || distrusted === undefined) return found(said);
        return found({ outcome: 'bad', cause: 'certificate', problem: distrusted });
      }
      redirects.push(answer.status);
      const next = placeOf(to, place);
      if (next === undefined) return found({ outcome: 'bad', cause: 'redirect', problem: `it redirects to ${to}` });
      if (seen.has(keyOf(next)) || redirects.length > MOST_REDIRECTS)
        return found({ outcome: 'bad', cause: 'redirect', problem: `its redirects go in a circle, over ${to}` });
      seen.add(keyOf(next));
      const [first] = await addressesOf(context, next.host);
      if (first === undefined || !mayFollow(context, first))
        return found({
          outcome: 'bad',
          cause: 'redirect',
          problem: `it redirects to ${to}, which is a private address`,
        });
      // Where it stays with the host, each address answers for itself.
      at = next.host === host ? address : first;
      place = next;
    }
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    if (redirects.length > 0)
      return found({ outcome: 'bad', cause: 'redirect', problem: `${error.message}, after a redirect` });
    const isDead = error.step === 'tcp';
    return found({ outcome: isDead ? 'unreachable' : 'bad', cause: 'connection', problem: error.message });
  }
}

const keyOf = ({ host, port, path }: Place): string => `${host}:${port}${path}`;

function placeOf(location: string, from: Place): Place | undefined {
  const base = `https://${bracketed(from.host)}:${from.port}${from.path}`;
  if (!URL.canParse(location, base)) return undefined;
  const { protocol, hostname, port, pathname, search } = new URL(location, base);
  if (protocol !== 'https:') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '');
  return { host, port: port === '' ? 443 : Number(port), path: `${pathname}${search}` };
}

function judged({ status, headers, body, cut }: WebAnswer): Partial<WellKnown> & Pick<WellKnown, 'outcome'> {
  const shown = { contentType: headers['content-type'] ?? '', cacheControl: headers['cache-control'] ?? '' };
  const bad = (cause: WellKnown['cause'], problem: string) => ({ ...shown, outcome: 'bad' as const, cause, problem });
  if (status === 404 || status === 410) return { ...shown, outcome: 'absent', problem: `it answers ${status}` };
  if (status !== 200) return bad('status', `it answers ${status}`);
  if (cut) return bad('size', 'it is longer than 50 KiB');
  if (/^\s*<(?:!doctype|html)/i.test(body)) return bad('html', 'it is a web page, not JSON');
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return bad('json', `it is not JSON: ${body.slice(0, 60)}`);
  }
  const delegate =
    typeof document === 'object' && document !== null ? (document as Record<string, unknown>)['m.server'] : undefined;
  if (typeof delegate !== 'string') return bad('json', 'it has no text "m.server"');
  if (parseServerName(delegate) === undefined) return bad('grammar', `its "m.server" is ${JSON.stringify(delegate)}`);
  return { ...shown, outcome: 'found', delegate };
}
