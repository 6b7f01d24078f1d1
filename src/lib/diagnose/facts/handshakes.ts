import { type CheckContext, subjectOf } from '../context.ts';
import { type Handshake, ProbeError, type Target } from '../probe/probe.ts';
import { delegationOf } from './delegation.ts';

/** What came of a connection to one address that the name leads to. */
export interface Attempt {
  readonly target: Target;
  /** Not there where `problem` is. */
  readonly handshake: Handshake | undefined;
  readonly problem: ProbeError | undefined;
  /** The first try failed and the second did not. */
  readonly retried: boolean;
}

/** A TLS handshake with each address that the name leads to. */
export function attemptsOf(context: CheckContext): Promise<readonly Attempt[]> {
  const { name } = subjectOf(context);
  return context.once(`handshakes:${name}`, async () => {
    const { addresses, port, certifiedHost: host } = await delegationOf(context);
    return await Promise.all(addresses.map(({ address }) => attempt(context, { address, port, host })));
  });
}

async function attempt({ probe }: CheckContext, target: Target): Promise<Attempt> {
  const handshake = (): Promise<Handshake | ProbeError> =>
    probe.handshake(target).catch((error: unknown) => {
      if (error instanceof ProbeError) return error;
      throw error;
    });
  const first = await handshake();
  const last = first instanceof ProbeError ? await handshake() : first;
  if (last instanceof ProbeError) return { target, handshake: undefined, problem: last, retried: false };
  return { target, handshake: last, problem: undefined, retried: first !== last };
}

/** Those with whom a handshake was made. */
export async function securedOf(context: CheckContext): Promise<readonly (Attempt & { handshake: Handshake })[]> {
  return (await attemptsOf(context)).flatMap((one) =>
    one.handshake === undefined ? [] : [{ ...one, handshake: one.handshake }],
  );
}
