import type { CheckContext } from '../context.ts';
import { type Address, NameError, ProbeError, type WebAnswer } from '../probe/probe.ts';
import { addressesOf, mayFollow } from './addresses.ts';
import { bracketed } from './name-parts.ts';

/** As other servers do: https://spec.matrix.org/v1.17/server-server-api/#resolving-server-names */
const MOST_REDIRECTS = 10;

/** What a document's address gave in the end, redirects followed. */
export interface Followed {
  /** undefined: there was none, see `problem`. */
  readonly answer: WebAnswer | undefined;
  readonly problem: string | undefined;
  /** Nothing listens at the first address. */
  readonly isDead: boolean;
  /** What is wrong with a certificate on the way. */
  readonly distrusted: string | undefined;
  /** Status codes of the redirects on the way. */
  readonly redirects: readonly number[];
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Asks a host at one of its addresses, port 443, and goes where it is sent: to https alone, and to no private address. */
export async function followed(
  context: CheckContext,
  address: Address,
  { host, path }: Pick<Place, 'host' | 'path'>,
): Promise<Followed> {
  const redirects: number[] = [];
  const seen = new Set<string>();
  let distrusted: string | undefined;
  let place: Place = { host, port: 443, path };
  let at = address;
  const failed = (problem: string, isDead = false): Followed => ({
    answer: undefined,
    problem,
    isDead,
    distrusted,
    redirects,
  });
  try {
    for (;;) {
      const answer = await context.probe.ask({ ...place, address: at.address });
      distrusted ??= answer.distrusted;
      const to = answer.headers['location'];
      if (answer.status < 300 || answer.status >= 400 || to === undefined)
        return { answer, problem: undefined, isDead: false, distrusted, redirects };
      redirects.push(answer.status);
      const next = placeOf(to, place);
      if (next === undefined) return failed(`it redirects to ${to}`);
      if (seen.has(keyOf(next)) || redirects.length > MOST_REDIRECTS)
        return failed(`its redirects go in a circle, over ${to}`);
      seen.add(keyOf(next));
      // Where it stays with the host, each address answers for itself.
      const found = next.host === host ? address : (await addressesOf(context, next.host))[0];
      if (found === undefined || (found !== address && !mayFollow(context, found)))
        return failed(`it redirects to ${to}, which is a private address`);
      at = found;
      place = next;
    }
  } catch (error) {
    if (!(error instanceof ProbeError) && !(error instanceof NameError)) throw error;
    if (redirects.length > 0) return failed(`${error.message}, after a redirect`);
    return failed(error.message, error instanceof ProbeError && error.step === 'tcp');
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
