import { type Check, passes } from '../check.ts';
import { settingOf } from '../facts/workspace-settings.ts';

const COSTLY = {
  Federation_Service_EDU_Process_Presence: 'who is online',
  Federation_Service_EDU_Process_Receipt: 'who has read what',
} as const;

export const nativeLoad: Check = {
  id: 'N9',
  group: 'native',
  title: 'It carries no more than is wanted',
  severity: 'info',
  fix: 'printed',
  needs: ['N1'],
  why: 'Who is online and who has read what makes more requests than all messages together; the settings carry a warning of their own.',
  async run(context) {
    const on: string[] = [];
    for (const [id, what] of Object.entries(COSTLY)) if ((await settingOf(context, id)) === true) on.push(what);
    if (on.length === 0) return passes('neither presence nor receipts');
    return {
      status: 'info',
      detail: `it carries ${on.join(' and ')}`,
      cure: { text: 'Switch off what nobody needs in Administration, Settings, Federation.' },
    };
  },
};
