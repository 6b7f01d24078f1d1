import { isRecord } from '../../core/record.ts';
import type { Verdict } from '../check.ts';

/** A registration; undefined: it is none. What the parser says of it is not passed on: it quotes lines, tokens among them. */
export async function registrationIn(text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { parse } = await import('yaml');
  try {
    const found: unknown = parse(text);
    return isRecord(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Of the registration that the older bridge's settings hold. */
export const UNREADABLE: Pick<Verdict, 'detail' | 'cure'> = {
  detail: 'the registration in its settings can not be read',
  cure: { text: 'Save the settings of the older bridge again, so that Rocket.Chat writes it anew.' },
};
