import { type Check, passes, skips } from '../check.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const licence: Check = {
  id: 'R6',
  group: 'workspace',
  title: 'The licence covers the federation that is on',
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: "Rocket.Chat's own federation answers every request of other servers with 403 where the module `federation` is missing, and its rooms become read-only. rcfed's bridge needs no licence.",
  async run(context) {
    if (context.setup.profile === undefined) return skips('there is no profile');
    const { native } = await federationModes(context);
    if (!native) return skips("Rocket.Chat's own federation is off");
    const modules = await (await context.setup.workspace()).licenceModules();
    if (modules.includes('federation')) return passes('the module federation is active');
    return {
      status: 'fail',
      detail: 'Federation_Service_Enabled is on, and the licence has no module federation',
      affects: ['other servers are answered with 403'],
      cure: {
        text: "Add the module to the plan, or use rcfed's bridge, which needs none:",
        commands: ['rcfed federation provision'],
      },
    };
  },
};
