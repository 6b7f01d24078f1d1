import { type Check, type Verdict, passes, skips } from '../check.ts';
import { portalStates } from '../facts/portal-states.ts';

export const power: Check = {
  id: 'G9',
  group: 'bridge',
  title: 'The bot is in every room and may do what it must',
  severity: 'warn',
  fix: 'automatic',
  needs: ['G1', 'G3'],
  deadlineMs: 60_000,
  why: 'Without the power to redact it can not carry over that a moderator deleted something, without the power to invite private rooms get nobody new, without the power to kick removals stay on one side.',
  async run(context) {
    if (context.setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const rooms = await portalStates(context);
    if (rooms.length === 0) return skips('no room is federated');
    const homeserver = await context.setup.homeserver();
    const wrong = rooms.flatMap(({ room, matrixRoomId, isMember, lacks }): Verdict[] => {
      if (!isMember) {
        const shown = `join ${matrixRoomId} (${room}) as ${homeserver.userId}`;
        const repair = { shown, run: async () => void (await homeserver.join(matrixRoomId)) };
        return [
          {
            status: 'fail',
            detail: `${homeserver.userId} is not in ${room} (${matrixRoomId})`,
            affects: ['nothing is carried over there'],
            cure: {
              text: 'Let it join; in a room that one must be invited to, invite it first, from a client in that room:',
              commands: [`/invite ${homeserver.userId}`, 'rcfed federation diagnose --only G9 --fix'],
              repair,
            },
          },
        ];
      }
      if (lacks.length === 0) return [];
      return [
        {
          status: 'warn',
          detail: `in ${room} it may not ${lacks.join(', ')}`,
          cure: {
            text: `Give ${homeserver.userId} power level 100 there: Room settings, Roles & Permissions, or as an admin of the room /op ${homeserver.userId} 100`,
          },
        },
      ];
    });
    return wrong.length === 0 ? passes(`in all ${rooms.length}`) : wrong;
  },
};
