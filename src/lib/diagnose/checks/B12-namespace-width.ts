import { type Check, passes, skips } from '../check.ts';
import { legacySettings } from '../facts/legacy.ts';
import { UNREADABLE, registrationIn } from '../facts/registration-text.ts';
import { objectIn } from '../facts/server-keys.ts';

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
    if (registration === '') return skips('its settings hold no registration');
    const document = await registrationIn(registration);
    if (document === undefined) return { status: 'warn', ...UNREADABLE };
    const wide = Object.entries(objectIn(document['namespaces'])).flatMap(([kind, list]) =>
      Array.isArray(list) && list.some((entry) => objectIn(entry)['regex'] === '.*') ? [kind] : [],
    );
    if (wide.length === 0) return passes('it claims a part');
    return {
      status: 'warn',
      detail: `it claims all ${wide.join(', ')} of its homeserver`,
      cure: { text: 'Use that homeserver for nothing else.' },
    };
  },
};
