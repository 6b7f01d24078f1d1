import { type Check, passes, skips } from '../check.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const ownVerdict: Check = {
  id: 'R7',
  group: 'workspace',
  title: 'The older bridge finds itself in order',
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: 'From 6.12 on the older bridge checks itself, over an outside tester as well, and sends nothing while it is not content. In closed networks the tester can be one of your own.',
  deadlineMs: 70_000,
  async run(context) {
    if (context.setup.profile === undefined) return skips('there is no profile');
    const { legacy } = await federationModes(context);
    if (!legacy) return skips("Rocket.Chat's older bridge is off");
    const verdict = await (await context.setup.workspace()).bridgeVerdict();
    if (verdict === 'not-offered') return skips('this version does not check itself');
    if (verdict.appservice && verdict.reachable) return passes('it does');
    return {
      status: 'fail',
      detail: verdict.appservice ? 'it is not reached from outside' : 'its homeserver does not reach it',
      evidence: [verdict.detail],
      cure: {
        text: 'Look at B1 to B8 below; in a closed network name a tester:',
        config: { file: 'environment of Rocket.Chat', lines: ['FEDERATION_TESTER_HOST=https://tester.example.org'] },
      },
    };
  },
};
