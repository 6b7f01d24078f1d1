import { type Check, passes, skips } from '../check.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const federationMode: Check = {
  id: 'R3',
  group: 'workspace',
  title: 'One kind of federation is on',
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: "Rocket.Chat's own federation (from 7.11, with a licence), its older bridge (up to 7.10) and rcfed's bridge do the same in different ways. Two at once double messages and fight over names.",
  async run(context) {
    if (context.setup.profile === undefined) return skips('there is no profile');
    const { native, legacy } = await federationModes(context);
    if (native && legacy)
      return {
        status: 'fail',
        detail: "Rocket.Chat's own federation and its older bridge are both on",
        cure: {
          text: 'Switch the older one off:',
          config: { file: 'Administration, Settings, Federation', lines: ['Federation_Matrix_enabled: off'] },
        },
      };
    const ours = context.setup.admin !== undefined;
    if ((native || legacy) && ours) {
      const which = native ? "Rocket.Chat's own federation" : "Rocket.Chat's older bridge";
      return {
        status: 'warn',
        detail: `${which} is on, next to rcfed's bridge`,
        affects: ['rooms that both serve get everything twice'],
        cure: { text: 'Use one of them; rcfed leaves rooms alone that the other serves.' },
      };
    }
    return passes(native ? "Rocket.Chat's own" : legacy ? "Rocket.Chat's older bridge" : "rcfed's bridge");
  },
};
