import { type Check, passes, skips } from '../check.ts';
import { federationModes, settingOf } from '../facts/workspace-settings.ts';

export const oneName: Check = {
  id: 'G19',
  group: 'bridge',
  title: "Rocket.Chat's own federation has another name than the homeserver",
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: 'Two servers of one name, with different keys: other servers believe whichever they met first, and take the other for a forgery.',
  async run(context) {
    const { own } = context;
    if (own === undefined) return skips('no server name is known');
    const { native } = await federationModes(context);
    const domain = await settingOf(context, 'Federation_Service_Domain');
    if (!native || domain !== own) return passes(native ? `it is ${String(domain)}` : 'it is off');
    return {
      status: 'fail',
      detail: `both are ${own}`,
      affects: ['other servers believe neither'],
      cure: {
        text: "Switch Rocket.Chat's own federation off, or give it a name of its own before anybody meets it:",
        config: { file: 'Administration, Settings, Federation', lines: ['Federation_Service_Enabled: off'] },
      },
    };
  },
};
