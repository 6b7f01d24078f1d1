import { serverAclAdmits } from '../../access/server-acl.ts';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import { portalStates } from '../facts/portal-states.ts';

export const roomAdmitsUs: Check = {
  id: 'G17',
  group: 'bridge',
  title: 'No room shuts our server out',
  severity: 'fail',
  fix: 'printed',
  needs: ['G9'],
  why: 'A room whose `m.room.server_acl` does not admit our server takes nothing from it any more, and nobody here is told.',
  async run(context) {
    const { own } = context;
    const rooms = await portalStates(context);
    if (own === undefined || rooms.length === 0) return skips('no room is federated');
    const shut = rooms.flatMap(({ room, acl }): Verdict[] => {
      if (acl === undefined || serverAclAdmits(acl, own)) return [];
      return [
        {
          status: 'fail',
          detail: `${room} shuts ${own} out`,
          cure: { text: 'Ask an admin of that room to change its m.room.server_acl.' },
        },
      ];
    });
    return shut.length === 0 ? passes(`all ${rooms.length} admit it`) : shut;
  },
};
