import { isRecord } from '../../core/record.ts';

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
