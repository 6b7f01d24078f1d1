import { claimOwnNames } from '../../bridge/homeserver/own-names.ts';
import { RcfedError } from '../../core/errors.ts';
import { type Check, passes, skips } from '../check.ts';

export const namespaces: Check = {
  id: 'G4',
  group: 'bridge',
  title: 'No other application service claims the same names',
  severity: 'fail',
  fix: 'printed',
  needs: ['G3'],
  why: 'Two bridges with prefixes of which one begins with the other would each take people of the other for theirs. Synapse loads such registrations without a word. What the removed bridge of Rocket.Chat left behind, a registration for `.*`, is such a one.',
  async run({ setup }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const homeserver = await setup.homeserver();
    const { prefix } = await setup.registration();
    try {
      await claimOwnNames({ homeserver, identity: { matrixBot: homeserver.userId, prefix } });
      return passes(`${prefix}… is ours alone`);
    } catch (error) {
      if (!(error instanceof RcfedError)) throw error;
      return {
        status: 'fail',
        detail: error.message,
        evidence: error.why === undefined ? [] : [error.why],
        cure: {
          text: 'Give each bridge a prefix of its own, or take the old registration out of homeserver.yaml:',
          commands: [...error.try],
        },
      };
    }
  },
};
