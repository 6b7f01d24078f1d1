import * as v from 'valibot';
import type { ChangeKind } from '../change-kind.ts';
import { putBack } from '../undone.ts';
import { throughBridge } from './through-bridge.ts';

const details = v.object({ name: v.string(), topic: v.string() });
type Details = v.InferOutput<typeof details>;

export const roomDetailsChange = v.object({
  kind: v.literal('room-details'),
  /** Of the Rocket.Chat room. */
  roomId: v.string(),
  from: details,
  to: details,
});

const isSame = (one: Details, other: Details): boolean => one.name === other.name && one.topic === other.topic;

const inWords = ({ from, to }: { readonly from: Details; readonly to: Details }): string =>
  [
    ...(from.name === to.name ? [] : [`name ${from.name} → ${to.name}`]),
    ...(from.topic === to.topic ? [] : [`topic ${from.topic || 'none'} → ${to.topic || 'none'}`]),
  ].join(', ');

/** Name and topic of a federated room. */
export const roomDetails: ChangeKind<v.InferOutput<typeof roomDetailsChange>> = {
  subject: ({ roomId }) => roomId,
  inWords: (change) => `Room ${change.from.name}: ${inWords(change)}`,
  undo: ({ roomId, from, to }, parts) =>
    throughBridge(parts, async (service) => {
      const { before: now } = await service.changeRoom({ room: roomId, dryRun: true });
      const what = `${now.name} is named so, with ${now.topic === '' ? 'no topic' : `the topic ${now.topic}`}, now`;
      const present = { isAsBefore: isSame(now, from), isAsLeft: isSame(now, to), what };
      return await putBack(parts, present, async () => {
        await service.changeRoom({ room: roomId, ...from });
      });
    }),
};
