import { isRecord } from '../../lib/core/record.ts';
import { feature, type Feature } from './feature.ts';
import { bothSaid } from './replies.ts';

const toMatrix = feature({
  feature: 'read receipt',
  direction: 'to Matrix',
  says: 'How far somebody has read is seen within some seconds (`m.read`).',
  limits:
    'Only where the plan of the workspace has read receipts and keeps who read (Message_Read_Receipt_Enabled, Message_Read_Receipt_Store_Users): Community does not. Only of people who have spoken in the room before.',
  lasting: false,
  prepare: bothSaid,
  async change({ bob, place }, { alicesEvent }) {
    await bob.markRead(place.id);
    return alicesEvent;
  },
  async shown({ bob, live, place, ghost, matrix }, alicesEvent) {
    // He has the room open, and his client says so of all that others say meanwhile.
    await bob.markRead(place.id);
    const read = live.onMatrix
      .filter(({ type, roomId }) => type === 'm.receipt' && roomId === place.matrixId)
      .flatMap(({ content }) => Object.entries(content))
      .findLast(([, types]) => {
        const readers = isRecord(types) ? types['m.read'] : undefined;
        return isRecord(readers) && Object.hasOwn(readers, ghost);
      });
    if (read === undefined) throw new Error(`${ghost} is not seen to have read anything`);
    const ids = (await matrix.events()).map(({ id }) => String(id));
    // Others may have said something since, which was read with it.
    if (ids.indexOf(read[0]) < ids.indexOf(alicesEvent)) throw new Error(`${ghost} has not read so far`);
    return `${ghost} was seen to have read`;
  },
});

const toWorkspace = feature({
  feature: 'read receipt',
  direction: 'to Rocket.Chat',
  says: 'Who reads a room on Matrix has read it in Rocket.Chat, for the sender’s receipts and for unread counts.',
  limits:
    'Always up to now, for Rocket.Chat knows nothing in between; in alias mode of nobody. Private receipts stay private.',
  lasting: false,
  prepare: bothSaid,
  async change({ alice, place }, { bobsEvent, bobsMessage }) {
    await alice.sendReceipt(place.matrixId, bobsEvent);
    return bobsMessage;
  },
  async shown({ bob, admin, puppet }, bobsMessage) {
    const reader = await admin.userByName(puppet);
    const receipts = await bob.readReceipts(bobsMessage);
    if (receipts === 'not-offered') throw new Error('The workspace has no read receipts');
    if (!receipts.some(({ userId }) => userId === reader?.id)) throw new Error(`${puppet} has not read it`);
    return `${puppet} has read it`;
  },
});

export const receiptRows: readonly Feature[] = [toMatrix, toWorkspace];
