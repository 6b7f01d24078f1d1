import * as v from 'valibot';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, kept } from '../undone.ts';
import { throughBridge } from './through-bridge.ts';

const memberRole = v.picklist(['owner', 'moderator', 'muted', 'none']);

export const roleChange = v.object({
  kind: v.literal('role'),
  /** Of the Rocket.Chat room. */
  roomId: v.string(),
  /** Its name when it was changed. */
  room: v.string(),
  /** Username, or Matrix id. */
  person: v.string(),
  from: memberRole,
  to: memberRole,
});

/** What somebody is in a room. */
export const role: ChangeKind<v.InferOutput<typeof roleChange>> = {
  subject: ({ roomId, person }) => `${roomId} ${person}`,
  inWords: ({ room, person, from, to }) => `Role of ${person} in ${room}: ${from} → ${to}`,
  undo: ({ room, roomId, person, from, to }, parts) =>
    throughBridge(parts, async (service) => {
      const asked = { room: roomId, users: [person], change: from };
      const [looked] = await service.changeMembers({ ...asked, dryRun: true });
      const state = looked?.plan?.state;
      if (state?.what !== 'role') return kept(`${looked?.reason ?? `${person} is not known any more`}.`);
      if (looked?.outcome === 'already') return ALREADY;
      const what = `${person} is ${state.from} in ${room} now`;
      if (state.from !== from && state.from !== to && !(await parts.mayOverwrite(what)))
        return kept(`Somebody has changed it since: ${what}.`);
      if (looked?.outcome === 'refused') return kept(`${person} stays ${state.from}: ${looked.reason}.`);
      if (parts.dryRun) return { outcome: 'would undo', note: null };
      const [done] = await service.changeMembers(asked);
      if (done?.outcome === 'refused') return kept(`${person} stays ${state.from}: ${done.reason}.`);
      return { outcome: 'undone', note: null };
    }),
};
