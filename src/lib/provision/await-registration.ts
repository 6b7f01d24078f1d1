import type { Reach } from '../admin/reach.ts';
import { RcfedError } from '../core/errors.ts';
import { RemoteError } from '../core/remote-error.ts';
import { startApplicationService } from '../matrix/application-service.ts';
import type { MatrixApi, Registration } from '../matrix/types.ts';
import { isKnown } from './homeserver-facts.ts';

const LOOK_MS = 1000;

interface Waiting {
  readonly registration: Registration;
  readonly api: Pick<MatrixApi, 'whoami' | 'ping'>;
  /** `HOST:PORT` */
  readonly listen: string;
  readonly waitMs: number;
}

/**
 * Waits until the homeserver has loaded the registration and reaches the bridge by it. Where no bridge listens yet,
 * we answer the ping ourselves, and refuse everything else: the homeserver sends it again later, to the bridge.
 * @returns milliseconds that the ping took
 * @throws RcfedError RCFED_REGISTRATION_PENDING when the time is up; RemoteError
 */
export async function awaitRegistration(waiting: Waiting, reach: Reach): Promise<number> {
  const listener = await listenForPing(waiting, reach);
  try {
    return await untilLoaded(waiting, reach);
  } finally {
    await listener?.close();
  }
}

async function listenForPing(
  { registration, listen }: Waiting,
  { clock, log }: Reach,
): Promise<{ close(): Promise<void> } | undefined> {
  const at = listen.lastIndexOf(':');
  const notYet = (): Promise<never> => Promise.reject(new Error('the bridge does not run yet'));
  const unknown = (): Promise<boolean> => Promise.resolve(false);
  try {
    return await startApplicationService({
      host: listen.slice(0, at).replace(/^\[|\]$/g, ''),
      port: Number(listen.slice(at + 1)),
      hsToken: registration.hsToken,
      handlers: { onTransaction: notYet, onUserQuery: unknown, onAliasQuery: unknown },
      ready: () => false,
      log,
      clock,
    });
  } catch (error) {
    // The bridge itself listens there: it answers.
    if (error instanceof RcfedError && error.code === 'RCFED_PORT_IN_USE') return undefined;
    throw error;
  }
}

async function untilLoaded({ registration, api, waitMs }: Waiting, { clock, signal }: Reach): Promise<number> {
  const until = clock.now() + waitMs;
  for (;;) {
    signal.throwIfAborted();
    const tried = await pinged(registration, api, clock.now());
    if (typeof tried === 'number') return tried;
    if (clock.now() >= until) throw pending(tried, registration);
    await clock.sleep(Math.min(LOOK_MS, Math.max(1, until - clock.now())), signal);
  }
}

/** @returns how long it took, or why it did not work. */
async function pinged(registration: Registration, api: Waiting['api'], now: number): Promise<number | string> {
  try {
    if (!(await isKnown(api))) return 'it does not know the as_token';
    return (await api.ping(registration.id, `provision-${now}`)).durationMs;
  } catch (error) {
    // It is being started again, which is what is waited for.
    if (error instanceof RemoteError) return error.inShort;
    throw error;
  }
}

const pending = (why: string, { url }: Registration): RcfedError =>
  new RcfedError(
    'RCFED_REGISTRATION_PENDING',
    'The homeserver has not loaded the registration, or does not reach the bridge',
    {
      why: `Of the last try: ${why}; the registration says that the bridge is at ${url ?? 'no address'}.`,
    },
  );
