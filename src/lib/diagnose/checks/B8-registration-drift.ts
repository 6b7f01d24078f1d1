import { readFile } from 'node:fs/promises';
import { type Check, passes, skips } from '../check.ts';
import { canonicalJson } from '../facts/canonical-json.ts';
import { UNREADABLE, registrationIn } from '../facts/registration-text.ts';
import { legacySettings } from '../facts/legacy.ts';

const FIELDS = ['id', 'url', 'as_token', 'hs_token', 'sender_localpart', 'namespaces', 'push_ephemeral'];

export const registrationDrift: Check = {
  id: 'B8',
  group: 'legacy',
  title: 'Its registration file is the one that it would write',
  severity: 'fail',
  fix: 'printed',
  needs: ['B13'],
  why: 'After any change of the settings the file has to be copied to the homeserver again, and both started again. Compared with the file that the profile names, if it is one of this bridge.',
  async run(context) {
    const path = context.setup.admin?.registration.path;
    if (path === undefined) return skips('the profile names no registration file');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return skips(`${path} can't be read here`);
    const there = await registrationIn(text);
    const { registration } = await legacySettings(context);
    if (registration === '') return skips('its settings hold no registration');
    const wanted = await registrationIn(registration);
    if (wanted === undefined) return { status: 'fail', ...UNREADABLE };
    // To be overwritten with this one would be the end of the bridge that it belongs to.
    if (there !== undefined && there['id'] !== wanted['id'])
      return skips(`${path} is the registration of another application service`);
    const differing = FIELDS.filter((field) => canonicalJson(there?.[field]) !== canonicalJson(wanted[field]));
    if (differing.length === 0) return passes(`${path} is`);
    return {
      status: 'fail',
      // Never the values: two of them are tokens.
      detail: `${path} differs in ${differing.join(', ')}`,
      cure: {
        text: 'Copy the registration out of the settings into that file, and start Synapse and Rocket.Chat again.',
      },
    };
  },
};
