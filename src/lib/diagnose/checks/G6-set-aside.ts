import { type Check, passes, skips } from '../check.ts';

export const setAside: Check = {
  id: 'G6',
  group: 'bridge',
  title: 'Nothing is set aside',
  severity: 'warn',
  fix: 'printed',
  needs: ['G1'],
  why: 'What one server refuses for good is kept with its reason, and the room goes on. Each can be tried again once the reason is mended, or given up.',
  async run({ setup }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const { service } = await setup.bridge();
    const { setAside: count } = await service.status();
    if (count === 0) return passes('nothing is');
    return {
      status: 'warn',
      detail: `${count} events are set aside`,
      cure: {
        text: 'See why, and try them again:',
        commands: ['rcfed federation quarantine list', 'rcfed federation quarantine retry ID'],
      },
    };
  },
};
