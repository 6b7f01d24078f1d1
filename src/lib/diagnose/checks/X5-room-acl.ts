import { serverAclAdmits } from '../../access/server-acl.ts';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import { portalStates } from '../facts/portal-states.ts';

export const roomAcl: Check = {
  id: 'X5',
  group: 'partner',
  title: 'The rooms admit both servers',
  severity: 'fail',
  fix: 'printed',
  when: 'partner',
  needs: ['G9'],
  why: '`m.room.server_acl` is the rule of a room: homeservers drop what a server that it shuts out sends there, without telling anybody.',
  async run(context) {
    const names = [context.own, context.partner].filter((name) => name !== undefined);
    const rooms = await portalStates(context);
    if (rooms.length === 0) return skips('no room is federated');
    const shut = rooms.flatMap(({ room, acl }): Verdict[] =>
      names.flatMap((name) => {
        if (acl === undefined || serverAclAdmits(acl, name)) return [];
        const cure = { text: 'Ask an admin of that room to change its m.room.server_acl.' };
        return [{ status: 'fail', detail: `${room} shuts ${name} out`, cure }];
      }),
    );
    return shut.length === 0 ? passes(`all ${rooms.length} do`) : shut;
  },
};
