import { type Check, passes, skips } from '../check.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const invitee: Check = {
  id: 'R8',
  group: 'workspace',
  title: 'The workspace finds people on the other server',
  severity: 'warn',
  fix: 'printed',
  when: 'partner',
  needs: ['R5'],
  why: 'The workspace asks the other server for a profile. `UNABLE_TO_VERIFY` means that it was not reached, and group X says why.',
  async run(context) {
    const { setup, partner } = context;
    if (setup.profile === undefined) return skips('there is no profile');
    const { native, legacy } = await federationModes(context);
    if (!native && !legacy) return skips("Rocket.Chat's own federation is off, and asks nobody");
    const id = `@rcfed:${partner ?? ''}`;
    const result = await (await setup.workspace()).verifyMatrixId(id);
    if (result === undefined) return skips('this workspace can not ask');
    // Nobody has that name: only that there was an answer counts.
    if (result !== 'UNABLE_TO_VERIFY') return passes(`${partner ?? ''} was asked and answered`);
    return {
      status: 'warn',
      detail: `the workspace could not ask ${partner ?? ''}`,
      cure: { text: 'See the checks of the other server below.' },
    };
  },
};
