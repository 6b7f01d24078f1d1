import { type Check, passes } from '../check.ts';
import { legacySettings } from '../facts/legacy.ts';

export const namespaceWidth: Check = {
  id: 'B12',
  group: 'legacy',
  title: 'It claims no names of others',
  severity: 'warn',
  fix: 'printed',
  needs: ['B13'],
  why: 'Its registration claims `.*`, everything: no other account can be made on that homeserver, and it is sent every room. That is right only for a homeserver of its own.',
  async run(context) {
    const { registration } = await legacySettings(context);
    const { parse } = await import('yaml');
    const document = parse(registration) as { namespaces?: Record<string, { regex?: unknown }[]> } | null;
    const wide = Object.entries(document?.namespaces ?? {}).flatMap(([kind, list]) =>
      list.some(({ regex }) => regex === '.*') ? [kind] : [],
    );
    if (wide.length === 0) return passes('it claims a part');
    return {
      status: 'warn',
      detail: `it claims all ${wide.join(', ')} of its homeserver`,
      cure: { text: 'Use that homeserver for nothing else.' },
    };
  },
};
