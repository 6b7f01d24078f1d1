import { readFile } from 'node:fs/promises';
import { type Check, passes, skips } from '../check.ts';
import { legacySettings } from '../facts/legacy.ts';

const FIELDS = ['id', 'url', 'as_token', 'hs_token', 'sender_localpart', 'namespaces', 'push_ephemeral'];

export const registrationDrift: Check = {
  id: 'B8',
  group: 'legacy',
  title: 'Its registration file is the one that it would write',
  severity: 'fail',
  fix: 'printed',
  needs: ['B13'],
  why: 'After any change of the settings the file has to be copied to the homeserver again, and both started again. Compared with the file named by --registration or the profile.',
  async run(context) {
    const path = context.setup.admin?.registration.path;
    if (path === undefined) return skips('the profile names no registration file');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return skips(`${path} can't be read here`);
    const { parse } = await import('yaml');
    const [there, wanted] = [text, (await legacySettings(context)).registration].map(
      (yaml) => parse(yaml) as Record<string, unknown>,
    );
    const differing = FIELDS.filter((field) => JSON.stringify(there?.[field]) !== JSON.stringify(wanted?.[field]));
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
