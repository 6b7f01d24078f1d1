import type { CheckContext, Subject } from '../context.ts';
import { NameError, ProbeError } from '../probe/probe.ts';
import { firstAnswer, objectOf } from './ask-server.ts';
import { objectIn } from './server-keys.ts';

export const VERSION_PATH = '/_matrix/federation/v1/version';

/**
 * What a server calls the software that it runs; undefined: it does not say. Rocket.Chat's own federation says its
 * server name instead.
 * https://spec.matrix.org/v1.17/server-server-api/#get_matrixfederationv1version
 */
export async function softwareOf(context: CheckContext, subject: Subject): Promise<string | undefined> {
  try {
    const { answer } = await firstAnswer({ ...context, subject }, { path: VERSION_PATH });
    const { name } = objectIn(objectOf(answer)?.['server']);
    return typeof name === 'string' ? name : undefined;
  } catch (error) {
    if (error instanceof NameError || error instanceof ProbeError) return undefined;
    throw error;
  }
}
