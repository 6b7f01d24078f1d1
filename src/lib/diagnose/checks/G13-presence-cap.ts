import { type Check, passes, skips } from '../check.ts';

const SETTING = 'Presence_broadcast_disabled';

export const presenceCap: Check = {
  id: 'G13',
  group: 'bridge',
  title: 'The workspace tells who is online',
  severity: 'info',
  fix: 'printed',
  needs: ['R4'],
  why: 'Above 200 connections a workspace without a licence switches this off by itself, for everybody. Sessions of direct messages count among them.',
  async run({ setup }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    if (!setup.admin.presence) return skips('presence is not carried over');
    const disabled = (await (await setup.workspace()).publicSettings([SETTING])).get(SETTING);
    if (disabled !== true) return passes('it does');
    return {
      status: 'info',
      detail: `${SETTING} is on: it tells nobody`,
      cure: {
        text: 'Switch it on again in Administration, Workspace, or carry no presence:',
        commands: ['rcfed profile add --replace --presence false'],
      },
    };
  },
};
