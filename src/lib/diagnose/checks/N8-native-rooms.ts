import { type Check, passes } from '../check.ts';
import { settingOf } from '../facts/workspace-settings.ts';

export const nativeRooms: Check = {
  id: 'N8',
  group: 'native',
  title: 'Which rooms it refuses',
  severity: 'info',
  fix: 'printed',
  needs: ['N1'],
  why: 'Unless told otherwise Rocket.Chat refuses invitations into encrypted rooms and into public ones with 403; the inviting person sees an error without a reason. It supports room version 11, not 12.',
  async run(context) {
    const [encrypted, open] = await Promise.all([
      settingOf(context, 'Federation_Service_Join_Encrypted_Rooms'),
      settingOf(context, 'Federation_Service_Join_Non_Private_Rooms'),
    ]);
    const refused = [...(encrypted === true ? [] : ['encrypted rooms']), ...(open === true ? [] : ['public rooms'])];
    if (refused.length === 0) return passes('it takes invitations into all');
    return {
      status: 'info',
      detail: `invitations into ${refused.join(' and ')} are refused`,
      cure: { text: 'Where that is not meant, switch on what is missing in Administration, Settings, Federation.' },
    };
  },
};
