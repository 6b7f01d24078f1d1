import * as v from 'valibot';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done, kept } from '../undone.ts';
import { roomNow } from './room-now.ts';
import { throughBridge } from './through-bridge.ts';
import { shellWord } from '../../core/shell-word.ts';

export const roomMadeChange = v.object({
  kind: v.literal('room-made'),
  room: v.string(),
  /** null: not known before it was done. */
  roomId: v.nullable(v.string()),
});

/** A federated room that was made. It is deleted with all that was said in it, so that is always asked. */
export const roomMade: ChangeKind<v.InferOutput<typeof roomMadeChange>> = {
  subject: ({ room }) => room,
  inWords: ({ room }) => `Room ${room} made, on both sides`,
  undo: (change, parts) =>
    throughBridge(parts, async (service) => {
      const found = await roomNow(service, change);
      if (found === undefined) return ALREADY;
      const what = `${found.room} with all its messages, on both sides`;
      if (parts.dryRun) return { outcome: 'would undo', note: `It asks before it deletes ${what}.` };
      if (!(await parts.mayDelete(what)))
        return kept(`${found.room} stays. To delete it: rcfed rooms delete ${shellWord(found.room)}`);
      return await done(parts, async () => {
        const { warnings } = await service.delete({ room: found.roomId });
        return warnings.length === 0 ? null : warnings.join(' ');
      });
    }),
};
