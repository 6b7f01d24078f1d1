import { parseServerName } from '../../matrix/server-name.ts';
import { type CheckContext, subjectOf } from '../context.ts';
import { type Address, NameError, type WebAnswer } from '../probe/probe.ts';
import { addressesOf } from './addresses.ts';
import { namePartsOf } from './name-parts.ts';
import { followed } from './redirects.ts';

const PATH = '/.well-known/matrix/server';

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
  readonly cause:
    | 'html'
    | 'json'
    | 'grammar'
    | 'size'
    | 'redirect'
    | 'status'
    | 'connection'
    | 'certificate'
    | undefined;
  readonly contentType: string;
  readonly cacheControl: string;
  /** Status codes of the redirects on the way. */
  readonly redirects: readonly number[];
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
  const { answer, problem, isDead, distrusted, redirects } = await followed(context, address, { host, path: PATH });
  const found = (more: Partial<WellKnown> & Pick<WellKnown, 'outcome'>): WellKnown => ({
    address: address.address,
    delegate: undefined,
    problem,
    cause: undefined,
    contentType: '',
    cacheControl: '',
    redirects,
    ...more,
  });
  if (answer === undefined) {
    if (redirects.length > 0) return found({ outcome: 'bad', cause: 'redirect' });
    return found({ outcome: isDead ? 'unreachable' : 'bad', cause: 'connection' });
  }
  const said = judged(answer);
  if (said.outcome !== 'found' || distrusted === undefined) return found(said);
  return found({ outcome: 'bad', cause: 'certificate', problem: distrusted });
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
