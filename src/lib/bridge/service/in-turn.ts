import type { BridgeParts } from '../parts.ts';
import { SerialByKey } from '../serial.ts';

const turns = new SerialByKey<string>();

/**
 * Runs what makes the same thing one after the other: whoever comes second finds what the first one made, as after a
 * run that was cut short. Of one process, which is enough: it alone has the store.
 */
export const inTurn = <Made>({ identity }: BridgeParts, what: string, task: () => Promise<Made>): Promise<Made> =>
  turns.run(`${identity.bridgeId} ${what}`, task);
