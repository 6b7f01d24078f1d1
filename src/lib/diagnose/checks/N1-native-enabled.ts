import { type Check, passes, skips } from '../check.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const nativeEnabled: Check = {
  id: 'N1',
  group: 'native',
  title: "Rocket.Chat's own federation is on",
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: "From 7.11 on, with a licence, Rocket.Chat is a homeserver itself. Whoever uses rcfed's bridge leaves it off; the checks of this group then have nothing to look at.",
  async run(context) {
    if (context.setup.admin === undefined) return skips('only an admin can see it');
    const { native } = await federationModes(context);
    return native ? passes('it is') : skips("it is off: rcfed's bridge does without");
  },
};
