import { type Check, type Verdict, passes, skips } from '../check.ts';
import { settingOf } from '../facts/workspace-settings.ts';

const DAYS = 'Cloud_Workspace_AirGapped_Restrictions_Remaining_Days';
const FEW_DAYS = 7;
const FEW_SEATS = 5;

export const seats: Check = {
  id: 'G12',
  group: 'bridge',
  title: 'The workspace has seats for people from Matrix, and days left',
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: 'Each puppet takes a seat of the licence. Where none is left people speak through the bot. A workspace that has not reported to Rocket.Chat for ten days refuses to send messages altogether.',
  async run(context) {
    const { setup } = context;
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const days = await settingOf(context, DAYS);
    const verdicts: Verdict[] = [];
    if (typeof days === 'number' && days >= 0 && days <= FEW_DAYS)
      verdicts.push({
        status: days === 0 ? 'fail' : 'warn',
        detail:
          days === 0
            ? 'the workspace is restricted: it refuses to send'
            : `the workspace is restricted in ${days} days`,
        affects: days === 0 ? ['nothing from Matrix arrives'] : [],
        cure: { text: 'Let it reach cloud.rocket.chat, and synchronise it in Administration, Workspace.' },
      });
    const { active, max } = await (await setup.workspace()).seats();
    if (max !== undefined && setup.admin.identity === 'puppets' && max - active <= FEW_SEATS)
      verdicts.push({
        status: 'warn',
        detail: `${Math.max(0, max - active)} of ${max} seats are free`,
        affects: ['people who come next speak through the bot'],
        cure: {
          text: 'Add seats to the plan, or let everybody from Matrix speak through the bot:',
          commands: ['rcfed profile add --replace --identity alias'],
        },
      });
    return verdicts.length > 0
      ? verdicts
      : passes(max === undefined ? 'there is no limit' : `${max - active} of ${max} seats are free`);
  },
};
