import { type Check, passes, skips } from '../check.ts';
import { legacySettings } from '../facts/legacy.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const legacyValid: Check = {
  id: 'B1',
  group: 'legacy',
  title: 'The older bridge is on and content with itself',
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: 'Up to 7.10 Rocket.Chat had a bridge of its own. From 6.12 on it processes no event unless `Federation_Matrix_configuration_status` is `Valid`. Where it is off, this group has nothing to look at.',
  async run(context) {
    if (context.setup.admin === undefined) return skips('only an admin can see it');
    const { legacy } = await federationModes(context);
    if (!legacy) return skips('it is off');
    const { status } = await legacySettings(context);
    if (status === '' || status === 'Valid') return passes(status === '' ? 'it is on' : 'Valid');
    return {
      status: 'fail',
      // What follows says why: this one keeps no other from being looked at.
      detail: `its status is ${status}: it processes nothing`,
      cure: { text: 'Mend what B2 to B11 find, then press Verify in Administration, Settings, Federation.' },
    };
  },
};
